import ByteFixtures
import RTP
import Testing

@Suite struct CompoundPacketTests {
    static let block = ReceptionReport(
        ssrc: SSRC(0x0102_0304), fractionLost: 64, cumulativeLost: -2, extendedHighestSequenceNumber: 0x0001_FFFF,
        jitter: 9,
        lastSenderReport: 0xB705_2000, delaySinceLastSenderReport: 0x5_4000)
    static let blockBytes = "01020304 40FFFFFE 0001FFFF 00000009 B7052000 00054000"

    struct Case: Sendable {
        var packet: RTCPPacket
        var bytes: String
    }

    /// Both directions: the packet serializes to the bytes, the bytes parse as the packet.
    static let cases: [Case] = [
        Case(
            packet: .senderReport(
                SenderReport(
                    ssrc: SSRC(0xCAFE_BABE), ntpTimestamp: NTPTimestamp(0x1122_3344_5566_7788),
                    rtpTimestamp: RTPTimestamp(16),
                    packetCount: 2, octetCount: 3)),
            bytes: "80C80006 CAFEBABE 11223344 55667788 00000010 00000002 00000003"),
        Case(
            packet: .senderReport(
                SenderReport(
                    ssrc: SSRC(1), ntpTimestamp: NTPTimestamp(2), rtpTimestamp: RTPTimestamp(3), packetCount: 4,
                    octetCount: 5,
                    reports: [block], extensions: hex("AABBCCDD"))),
            bytes: "81C8000D 00000001 0000000000000002 00000003 00000004 00000005 \(blockBytes) AABBCCDD"),
        Case(packet: .receiverReport(ReceiverReport(ssrc: SSRC(1))), bytes: "80C90001 00000001"),
        Case(
            packet: .receiverReport(ReceiverReport(ssrc: SSRC(1), reports: [block, block])),
            bytes: "82C9000D 00000001 \(blockBytes) \(blockBytes)"),
        Case(
            packet: .sourceDescription(SourceDescription(ssrc: SSRC(9), cname: CNAME("abc")!)),
            bytes: "81CA0003 00000009 0103616263 000000"),
        Case(
            packet: .sourceDescription(
                SourceDescription(chunks: [
                    .init(ssrc: SSRC(9), items: [.init(type: .cname, text: "a"), .init(type: .tool, text: "xyz")]),
                    .init(ssrc: SSRC(10), items: []),
                ])),
            bytes: "82CA0006 00000009 010161 060378797A 00000000 0000000A 00000000"),
        Case(packet: .goodbye(Goodbye(sources: [SSRC(1), SSRC(2)])), bytes: "82CB0002 00000001 00000002"),
        Case(packet: .goodbye(Goodbye(sources: [SSRC(1)], reason: "end")), bytes: "81CB0002 00000001 03656E64"),
        Case(packet: .goodbye(Goodbye(sources: [], reason: "")), bytes: "80CB0001 00000000"),
        Case(
            packet: .applicationDefined(
                ApplicationDefined(subtype: 3, ssrc: SSRC(1), name: 0x7465_7374, data: hex("01020304"))),
            bytes: "83CC0003 00000001 74657374 01020304"),
        Case(
            packet: .feedback(
                Feedback(layer: .transport, format: 1, sender: SSRC(1), media: SSRC(2), information: hex("000A0000"))),
            bytes: "81CD0003 00000001 00000002 000A0000"),
        Case(
            packet: .feedback(Feedback(layer: .payload, format: 1, sender: SSRC(1), media: SSRC(2), information: [])),
            bytes: "81CE0002 00000001 00000002"),
    ]

    @Test(arguments: cases) func serializes(pair: Case) {
        #expect(CompoundPacket([pair.packet]).serialize() == hex(pair.bytes))
    }

    @Test(arguments: cases) func parses(pair: Case) throws {
        #expect(try CompoundPacket(parsing: hex(pair.bytes).span.bytes).packets == [pair.packet])
    }

    /// Cut anywhere, or with a length field of its own that cuts it, a packet is refused and nothing traps.
    @Test(arguments: cases) func cut(pair: Case) {
        let bytes = hex(pair.bytes)
        for length in 0..<bytes.count {
            let prefix = Array(bytes[..<length])
            #expect(throws: RTCPError.self) { try CompoundPacket(parsing: prefix.span.bytes) }
        }
        for words in 0..<bytes.count / 4 - 1 {
            var shorter = Array(bytes[...(4 * words + 3)])
            shorter[2] = 0
            shorter[3] = UInt8(words)
            _ = try? CompoundPacket(parsing: shorter.span.bytes)
        }
    }

    private func parse(_ text: String) throws -> [RTCPPacket] {
        try CompoundPacket(parsing: hex(text).span.bytes).packets
    }

    @Test func allTogether() throws {
        let bytes = Self.cases.flatMap { hex($0.bytes) }
        let compound = try CompoundPacket(parsing: bytes.span.bytes)
        #expect(compound.packets == Self.cases.map(\.packet))
        #expect(compound.serialize() == bytes)
        #expect(!compound.isReducedSize)
        #expect(compound.receptionReports == [Self.block, Self.block, Self.block])
    }

    @Test func reducedSize() throws {
        #expect(try CompoundPacket(parsing: hex("81CE0002 00000001 00000002").span.bytes).isReducedSize)
    }

    @Test(arguments: [
        ("", RTCPError.empty),
        ("40C90001 00000001", .version(1, offset: 0)),
        ("80C90001 00000001 00", .truncated(offset: 8)),
        ("80C90001 00000001 80C90002 00000001", .truncated(offset: 8)),
        ("80C90001 00000001 C0C90001 00000001", .version(3, offset: 8)),
        ("A0C90002 00000001 00000004 80C90001 00000001", .padding(offset: 0)),  // not the last
        ("A0C90002 00000001 00000003", .padding(offset: 0)),
        ("A0C90002 00000001 00000000", .padding(offset: 0)),
        ("A0C90002 00000001 0000000C", .padding(offset: 0)),
        ("81C90001 00000001", .truncated(offset: 8)),  // one block announced, none there
        ("80C80001 00000001", .truncated(offset: 4)),
        ("81CA0002 00000009 01FF6162", .truncated(offset: 8)),
        ("82CA0002 00000009 00000000", .truncated(offset: 12)),
        ("82CB0001 00000001", .truncated(offset: 4)),
        ("81CB0002 00000001 04656E64", .truncated(offset: 8)),
        ("81CD0001 00000001", .truncated(offset: 4)),
    ])
    func refusals(bytes: String, error: RTCPError) {
        #expect(throws: error) { try parse(bytes) }
    }

    /// A chunk that ends with the packet, without the zero byte that ends a list of items.
    @Test func unfinishedChunkIsTolerated() throws {
        #expect(
            try parse("81CA0002 00000009 01026162") == [
                .sourceDescription(
                    SourceDescription(chunks: [.init(ssrc: SSRC(9), items: [.init(type: .cname, text: "ab")])]))
            ])
    }

    @Test func paddingOfTheLastPacketIsDropped() throws {
        #expect(
            try parse("80C90001 00000001 A1CB0002 00000007 00000004") == [
                .receiverReport(ReceiverReport(ssrc: SSRC(1))), .goodbye(Goodbye(sources: [SSRC(7)])),
            ])
    }

    @Test func unknownTypesAreSkipped() throws {
        #expect(
            try parse("80C90001 00000001 80CF0001 00000001") == [
                .receiverReport(ReceiverReport(ssrc: SSRC(1))), .unknown(type: 207),
            ])
    }

    @Test func invalidTextIsRepaired() throws {
        guard case .sourceDescription(let description) = try parse("81CA0003 00000009 0102FF61 00000000")[0] else {
            Issue.record("no SDES")
            return
        }
        #expect(description.chunks[0].cname == "\u{FFFD}a")
    }

    @Test func longTextIsCutAtACharacter() throws {
        let packet = CompoundPacket([.goodbye(Goodbye(sources: [], reason: String(repeating: "ä", count: 200)))])
        guard case .goodbye(let goodbye) = try CompoundPacket(parsing: packet.serialize().span.bytes).packets[0] else {
            return
        }
        #expect(goodbye.reason == String(repeating: "ä", count: 127))
    }

    @Test(arguments: 0..<100) func garbage(seed: UInt64) {
        var random = TestRandom(seed)
        for round in 0..<50 {
            var bytes = random.bytes(.random(in: 0...120, using: &random))
            if round % 2 == 0, bytes.count >= 4 {
                bytes.removeLast(bytes.count % 4)
                bytes[0] = 0x80 | bytes[0] & 0x3F
                bytes[1] = 200 + bytes[1] % 8
                bytes[2] = 0
                bytes[3] = UInt8(bytes.count / 4 - 1)
            }
            if let compound = try? CompoundPacket(parsing: bytes.span.bytes) { _ = compound.serialize() }
        }
    }
}
