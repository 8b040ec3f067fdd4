import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct AV1Tests {
    /// Main profile, level 2.0 (0), with sizes; and its payload as it is sent.
    static let sequence = hex("0A 0B 00000002AFFFBEFF3BE010")
    static let sentSequence = hex("08 00000002AFFFBEFF3BE010")
    static let record = hex("81 00 0C 00") + sequence
    private static let delimiter = hex("1200")
    private static let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)

    private func format(_ configuration: [UInt8] = [], firstUnit: [UInt8] = []) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .av1, kind: .video, configuration: configuration), firstUnit: firstUnit)
    }

    private func packetizer(_ configuration: [UInt8] = [], _ layout: PacketLayout = layout) throws -> Packetizer {
        try format(configuration).makePacketizer(layout: layout, payloadType: 96)
    }

    /// An OBU with `size` bytes as it is sent, header included, and as the container has it.
    private func unit(_ size: Int, type: UInt8 = 6, layers: UInt8? = nil) -> (sent: [UInt8], stored: [UInt8]) {
        let first = type << 3 | (layers == nil ? 0 : 4)
        let extra = layers.map { [$0] } ?? []
        let payload = (0..<size - 1 - extra.count).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) }
        var length: [UInt8] = []
        var rest = payload.count
        repeat {
            length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return ([first] + extra + payload, [first | 2] + extra + length + payload)
    }

    private func packetize(
        _ packetizer: inout Packetizer, _ units: [(sent: [UInt8], stored: [UInt8])], key: Bool = false
    ) throws -> [[UInt8]] {
        let made = try Packetized(&packetizer, units.flatMap(\.stored), key: key, layout: Self.layout)
        #expect(try depacketizeAV1(made.payloads).units == units.map(\.sent))
        return made.payloads
    }

    @Test(arguments: [0, 4]) func everyPacketEqualsFFmpegs(prefix: Int) throws {
        let golden = try GoldenFile("av1-ffmpeg")
        let ours = try golden.packetize(.av1, prefix: prefix).flatMap(\.packets)
        #expect(ours.map(GoldenFile.comparable) == golden.packets.map(GoldenFile.comparable))
        #expect(golden.packets.count > 12)
    }

    @Test func descriptionFromRecordOrFirstUnit() throws {
        let expected = "96 profile=0;level-idx=0;tier=0"
        #expect(try format(Self.record).sdpMedia(payloadType: 96).fmtp == expected)
        #expect(try format(Self.sequence).sdpMedia(payloadType: 96).fmtp == expected)
        #expect(try format([], firstUnit: Self.delimiter + Self.sequence).sdpMedia(payloadType: 96).fmtp == expected)
        #expect(try format().sdpMedia(payloadType: 96).fmtp == nil)
        #expect(try format().sdpMedia(payloadType: 96).rtpmap == "96 AV1/90000")
        #expect(throws: PayloadFormatError("AV1 without open bitstream units")) { try format(firstUnit: hex("FF")) }
    }

    /// RTP Payload Format For AV1 4.4, by hand: W counts, the last element has no size, N begins a sequence.
    @Test func aggregatesByHand() throws {
        var packetizer = try packetizer()
        let frame = hex("32 02 1155")
        let start = try Packetized(&packetizer, Self.delimiter + Self.sequence + frame, key: true, layout: Self.layout)
        #expect(start.payloads == [hex("28 0C") + Self.sentSequence + hex("30 1155")])
        let two = try Packetized(&packetizer, hex("2A 01 55 32 02 1155"), layout: Self.layout)
        #expect(two.payloads == [hex("20 02 28 55 30 1155")])
        let four = try Packetized(
            &packetizer, hex("2A 01 55 1A 01 66 22 01 77 22 01 88"), layout: Self.layout)
        #expect(four.payloads == [hex("00 02 2855 02 1866 02 2077 02 2088")], "W = 0: all have sizes")
        let one = try Packetized(&packetizer, hex("30 1155"), layout: Self.layout)
        #expect(one.payloads == [hex("10 30 1155")], "an OBU without a size reaches to the unit's end")
    }

    /// Temporal delimiters, tile lists and padding are not sent; reserved types are.
    @Test func whatIsLeftOut() throws {
        var packetizer = try packetizer()
        let made = try Packetized(
            &packetizer, Self.delimiter + hex("42 01 55 7A 02 1180 52 01 99 32 01 11 7A 00"), layout: Self.layout)
        #expect(try depacketizeAV1(made.payloads).units == [hex("50 99"), hex("30 11")])
        for unit in ["", "1200", "1200 7A01 80"] {
            #expect(throws: PacketizationError.malformed("no open bitstream unit to send", offset: 0)) {
                try Packetized(&packetizer, hex(unit), layout: Self.layout)
            }
        }
        for (unit, offset) in [("8A00", 0), ("1200 0A", 2), ("1200 0A 05 11", 2), ("32 00 36", 2)] {
            #expect(throws: PacketizationError.malformed("no open bitstream unit", offset: offset)) {
                try Packetized(&packetizer, hex(unit), layout: Self.layout)
            }
        }
    }

    @Test func sequenceHeaderGoesBeforeRandomAccessPoints() throws {
        var packetizer = try packetizer(Self.record)
        let frame = hex("32 02 1155")
        func received(_ unit: [UInt8], key: Bool) throws -> (units: [[UInt8]], beginsSequence: Bool) {
            try depacketizeAV1(Packetized(&packetizer, unit, key: key, layout: Self.layout).payloads)
        }
        #expect(try received(frame, key: true) == ([Self.sentSequence, hex("30 1155")], true))
        #expect(try received(frame, key: false) == ([hex("30 1155")], false))
        let other = hex("0A 0B 00000004AFFFBEFF3BE010")
        #expect(try received(other + frame, key: true).units == [hex("08 00000004AFFFBEFF3BE010"), hex("30 1155")])
        #expect(try received(frame, key: true).units[0] == hex("08 00000004AFFFBEFF3BE010"), "the last one seen")
        #expect(try received(Self.sequence + frame, key: false) == ([Self.sentSequence, hex("30 1155")], false))
        packetizer.configurationChanged(hex("81 00 0C 00") + other)
        #expect(try received(frame, key: true).units[0] == hex("08 00000004AFFFBEFF3BE010"))
        var bare = try self.packetizer()
        let made = try Packetized(&bare, frame, key: true, layout: Self.layout)
        #expect(try depacketizeAV1(made.payloads) == ([hex("30 1155")], false), "no header is known")
    }

    @Test func layersHavePacketsOfTheirOwn() throws {
        var packetizer = try packetizer()
        let made = try packetize(
            &packetizer,
            [
                unit(9, layers: 0x00), unit(9, layers: 0x00), unit(8, type: 5), unit(9, layers: 0x08),
                unit(9, layers: 0x28),
            ])
        #expect(made.map { $0[0] } == [0x30, 0x10, 0x10])
    }

    /// 115 bytes behind the aggregation header.
    @Test(arguments: [(115, [115]), (116, [115, 1]), (230, [115, 115]), (231, [115, 115, 1])])
    func oneUnitAroundTheLimit(size: Int, expected: [Int]) throws {
        for layers in [nil, 0x48] as [UInt8?] {
            var packetizer = try packetizer()
            let made = try packetize(&packetizer, [unit(size, layers: layers)])
            #expect(made.map { $0.count - 1 } == expected)
            #expect(made.map { $0[0] & 0x40 != 0 } == expected.dropFirst().map { _ in true } + [false])
            #expect(made.map { $0[0] & 0x80 != 0 } == [false] + expected.dropFirst().map { _ in true })
        }
    }

    /// The second begins in the first packet only where more than ten bytes are left.
    @Test(arguments: [(102, 2), (103, 2), (104, 1), (113, 1), (114, 1), (115, 1), (116, 1)])
    func secondUnitBehindFirst(size: Int, inFirst: Int) throws {
        var packetizer = try packetizer()
        let made = try packetize(&packetizer, [unit(size), unit(200)])
        #expect(Int(made[0][0] >> 4 & 3) == inFirst)
        let isCut = inFirst == 2 || size == 116
        #expect((made[0][0] & 0x40 != 0) == isCut)
    }

    /// Each number of small units before a large one, at every fill of the packet.
    @Test(arguments: 0...6) func everyFill(count: Int) throws {
        for size in 2...60 {
            var packetizer = try packetizer()
            let small = (0..<count).map { _ in unit(size) }
            for last in [2, 50, 126, 127, 128, 129, 400] {
                let made = try packetize(&packetizer, small + [unit(last)])
                #expect(made.dropLast().allSatisfy { $0.count >= 128 - 12 - size - 12 })
            }
        }
    }

    @Test(arguments: 0..<20) func roundTrip(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: .random(in: 128...1500, using: &random))
        var packetizer = try packetizer(Self.record, layout)
        for _ in 0..<20 {
            let units = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                unit(
                    Bool.random(using: &random)
                        ? .random(in: 2...40, using: &random) : .random(in: 2...5000, using: &random),
                    type: [3, 4, 5, 6, 9].randomElement(using: &random)!,
                    layers: [nil, 0x00, 0x08, 0x20].randomElement(using: &random)!)
            }
            let made = try Packetized(&packetizer, Self.delimiter + units.flatMap(\.stored), layout: layout)
            #expect(try depacketizeAV1(made.payloads).units == units.map(\.sent))
        }
    }

    @Test(arguments: 0..<20) func noise(seed: UInt64) throws {
        var random = TestRandom(seed)
        for _ in 0..<50 {
            let noise = [hex("1200"), hex("0A0B"), hex("32"), hex("81000C00"), []].randomElement(using: &random)!
            let bytes = noise + random.bytes(.random(in: 0...300, using: &random)).map { $0 & 0x7F }
            guard var packetizer = try? packetizer(bytes) else { continue }
            _ = try? Packetized(&packetizer, bytes, key: true, layout: Self.layout)
            packetizer.configurationChanged(bytes)
            _ = try? format(bytes, firstUnit: bytes)
        }
    }

    @Test func outputFullChangesNothing() throws {
        var packetizer = try packetizer(Self.record)
        let other = hex("0A 0B 00000004AFFFBEFF3BE010")
        for capacity in [0, 100, 300] {
            #expect(throws: PacketizationError.outputFull) {
                try Packetized(
                    &packetizer, other + unit(500).stored, key: true, layout: Self.layout, capacity: capacity)
            }
        }
        let made = try Packetized(&packetizer, unit(5).stored, key: true, layout: Self.layout)
        #expect(try depacketizeAV1(made.payloads).units[0] == Self.sentSequence)
    }
}
