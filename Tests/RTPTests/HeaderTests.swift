import ByteFixtures
import RTP
import Testing

@Suite struct HeaderTests {
    private func parse(_ text: String) throws -> RTPHeader { try RTPHeader(parsing: hex(text).span.bytes) }

    @Test func plain() throws {
        let header = try parse("80E0 1234 89ABCDEF 01020304 AABB")
        #expect(header.marker && header.payloadType.rawValue == 96)
        #expect(header.sequenceNumber == SequenceNumber(0x1234))
        #expect(header.timestamp == RTPTimestamp(0x89AB_CDEF))
        #expect(header.ssrc == SSRC(0x0102_0304))
        #expect(header.contributingSources.isEmpty && header.extension == nil)
        #expect(header.payload == 12..<14)
    }

    @Test func everything() throws {
        let header = try parse("B2 60 0001 00000002 00000003 0000000A 0000000B BEDE0001 11223344 AABB 000003")
        #expect(header.contributingSources == [SSRC(10), SSRC(11)])
        #expect(header.extension?.profile == 0xBEDE)
        #expect(header.extension?.data == 24..<28)
        #expect(header.payload == 28..<30)
    }

    @Test func emptyPayload() throws { #expect(try parse("8060 0001 00000002 00000003").payload.isEmpty) }

    @Test(arguments: [
        ("4060 0001 00000002 00000003", RTPHeaderError.version(1)),
        ("A060 0001 00000002 00000003", .padding(3)),  // no payload: the SSRC's last byte
        ("A060 0001 00000002 00000003 00", .padding(0)),
        ("A060 0001 00000002 00000003 03", .padding(3)),
        ("8160 0001 00000002 00000003 0000", .truncated(offset: 14)),
        ("9060 0001 00000002 00000003 BEDE", .truncated(offset: 14)),
        ("9060 0001 00000002 00000003 BEDE0001 00", .truncated(offset: 17)),
        ("", .truncated(offset: 0)),
    ])
    func refusals(packet: String, error: RTPHeaderError) { #expect(throws: error) { try parse(packet) } }

    @Test func everyPrefixAndGarbage() {
        var random = TestRandom(5)
        for _ in 0..<500 {
            let bytes = random.bytes(80)
            for length in 0...80 {
                let prefix = Array(bytes[..<length])
                if let header = try? RTPHeader(parsing: prefix.span.bytes) {
                    guard header.payload.upperBound <= length, header.payload.lowerBound >= 12 else {
                        Issue.record("\(header) of \(length)")
                        return
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<8) func stampAtAnyAlignment(offset: Int) throws {
        let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 8)
        defer { storage.deallocate() }
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        storage[offset] = 0x80
        storage[offset + 1] = 0xE1
        RTPHeader.stamp(
            storage.baseAddress! + offset, sequenceNumber: SequenceNumber(0xFEDC), timestamp: RTPTimestamp(0x0102_0304),
            ssrc: SSRC(0xA0B0_C0D0))
        #expect(Array(storage[offset..<offset + 13]) == hex("80E1 FEDC 01020304 A0B0C0D0 00"))
        #expect(storage[..<offset].allSatisfy { $0 == 0 })
    }
}
