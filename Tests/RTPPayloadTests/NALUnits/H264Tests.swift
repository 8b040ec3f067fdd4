import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H264Tests {
    static let sps = hex("67 42C01E D9")
    static let pps = hex("68 CE3C80")
    static let layouts = [
        PacketLayout(prefix: 0, maximumPacketSize: 128), PacketLayout(prefix: 4, maximumPacketSize: 200),
        PacketLayout(prefix: 4, maximumPacketSize: 1372), PacketLayout(prefix: 0, maximumPacketSize: 65_507),
    ]

    static func record(_ sps: [[UInt8]] = [sps], _ pps: [[UInt8]] = [pps], lengthSize: Int = 4, tail: [UInt8] = [])
        -> [UInt8]
    {
        func sets(_ units: [[UInt8]]) -> [UInt8] {
            units.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        }
        return hex("01 42C01E") + [0xFC | UInt8(lengthSize - 1), 0xE0 | UInt8(sps.count)] + sets(sps)
            + [UInt8(pps.count)] + sets(pps) + tail
    }

    static func unit(_ nals: [[UInt8]], lengthSize: Int = 4) -> [UInt8] {
        nals.flatMap { nal in
            (0..<lengthSize).map { UInt8(truncatingIfNeeded: nal.count >> (8 * (lengthSize - 1 - $0))) } + nal
        }
    }

    static func packetizer(_ configuration: [UInt8], _ layout: PacketLayout) throws -> Packetizer {
        try PayloadFormat.make(for: CodecDescription(codec: .h264, kind: .video, configuration: configuration))
            .makePacketizer(layout: layout, payloadType: 96)
    }

    static func packetizer(_ layout: PacketLayout) throws -> Packetizer { try packetizer(record(), layout) }

    private func units(
        _ packetizer: inout Packetizer, _ nals: [[UInt8]], key: Bool = false, _ layout: PacketLayout = Self.layouts[2],
        lengthSize: Int = 4
    ) throws -> [[UInt8]] {
        try depacketizeH264(
            Packetized(&packetizer, Self.unit(nals, lengthSize: lengthSize), key: key, layout: layout).payloads)
    }

    private func slice(_ size: Int, header: UInt8 = 0x41) -> [UInt8] {
        [header] + (1..<max(size, 1)).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) }
    }

    /// Sizes around the packet: as large as fits is one packet, one byte more is two fragments.
    @Test(arguments: layouts) func packetsAroundTheLimit(layout: PacketLayout) throws {
        var packetizer = try Self.packetizer(layout)
        let limit = layout.maximumPacketSize - 12
        for (size, expected) in [
            (1, [1]), (limit - 1, [limit - 1]), (limit, [limit]), (limit + 1, [limit, 4]),
            (2 * limit - 4, [limit, limit - 1]),
            (2 * limit - 3, [limit, limit]), (2 * limit - 2, [limit, limit, 3]),
        ] {
            let nal = slice(size)
            let made = try Packetized(&packetizer, Self.unit([nal]), layout: layout)
            #expect(made.payloads.map(\.count) == expected, "NAL unit of \(size)")
            #expect(try depacketizeH264(made.payloads) == [nal])
            // One run, unless its last packet is the largest.
            #expect(made.runs.count == 1)
        }
    }

    @Test func fragmentsByHand() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try Self.packetizer(layout)
        let nal = slice(230, header: 0x65 | 0x80)
        let made = try Packetized(&packetizer, Self.unit([Self.sps, Self.pps, nal]), key: true, layout: layout)
        #expect(
            made.payloads.map { $0.prefix(2) }
                == [hex("78 00"), hex("FC 85"), hex("FC 05"), hex("FC 45")].map { $0[...] })
        #expect(made.payloads[1][2...] == nal[1...114])
        #expect(made.payloads[3][2...] == nal[229...])
    }

    @Test func aggregatesAroundTheLimit() throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: 128)
        var packetizer = try Self.packetizer(layout)
        // 1 + 2 + 40 + 2 + 71 = 116 = the largest payload.
        let first = slice(40)
        #expect(
            try Packetized(&packetizer, Self.unit([first, slice(70)]), layout: layout).payloads.map(\.count) == [115])
        #expect(
            try Packetized(&packetizer, Self.unit([first, slice(71)]), layout: layout).payloads.map(\.count) == [116])
        let apart = try Packetized(&packetizer, Self.unit([first, slice(72)]), layout: layout)
        #expect(apart.payloads == [first, slice(72)])
        #expect(apart.runs.map(\.count) == [1, 1], "the larger second packet opens a run")
        let joined = try Packetized(&packetizer, Self.unit([slice(100), slice(50), slice(60)]), layout: layout)
        #expect(joined.payloads.map(\.count) == [100, 115])
    }

    /// RFC 6184 5.7.1: F is the OR, NRI the highest.
    @Test func aggregateHeaderByHand() throws {
        var packetizer = try Self.packetizer(Self.layouts[2])
        let made = try Packetized(
            &packetizer, Self.unit([hex("06 01"), hex("41 AA"), hex("81 BB CC")]), layout: Self.layouts[2])
        #expect(made.payloads == [hex("D8 0002 0601 0002 41AA 0003 81BBCC")])
    }

    @Test(arguments: [1, 2, 3, 4]) func everyLengthSize(size: Int) throws {
        var packetizer = try Self.packetizer(Self.record(lengthSize: size), Self.layouts[0])
        let nals = [hex("09 F0"), slice(200), slice(3)]
        #expect(try units(&packetizer, nals, Self.layouts[0], lengthSize: size) == nals)
    }

    @Test func parameterSetsGoBeforeRandomAccessPoints() throws {
        var packetizer = try Self.packetizer(Self.layouts[2])
        let (delimiter, sei, idr) = (hex("09 10"), hex("06 0501"), slice(30, header: 0x65))
        #expect(try units(&packetizer, [delimiter, sei, idr], key: true) == [delimiter, Self.sps, Self.pps, sei, idr])
        #expect(try units(&packetizer, [sei, slice(9)], key: true) == [Self.sps, Self.pps, sei, slice(9)], "open GOP")
        #expect(try units(&packetizer, [idr]) == [Self.sps, Self.pps, idr], "an IDR that the container does not flag")
        #expect(try units(&packetizer, [slice(9)]) == [slice(9)])
        #expect(
            try units(&packetizer, [Self.sps, Self.pps, idr], key: true) == [Self.sps, Self.pps, idr], "has its own")
        #expect(
            try units(&packetizer, [Self.sps, sei, idr], key: true) == [Self.sps, Self.pps, sei, idr], "has its own SPS"
        )
        #expect(try units(&packetizer, [Self.pps, idr], key: true) == [Self.sps, Self.pps, idr], "has its own PPS")
    }

    /// SPS, its extension, then PPS, by identifier.
    @Test func allSetsOfTheRecordAreSentInOrder() throws {
        let (sps1, pps1, ext) = (hex("67 42C01E 59"), hex("68 5E3C"), hex("6D 9A"))
        let record =
            [1, 100] + Self.record([sps1, Self.sps], [pps1, Self.pps], tail: hex("FD F8 F8 01 0002 6D9A"))[2...]
        var packetizer = try Self.packetizer(record, Self.layouts[2])
        let idr = slice(5, header: 0x65)
        #expect(try units(&packetizer, [idr], key: true) == [Self.sps, sps1, ext, Self.pps, pps1, idr])
    }

    @Test func setsInBandAreRemembered() throws {
        var packetizer = try Self.packetizer(Self.layouts[2])
        let (newSPS, otherPPS, idr) = (hex("67 42C01F D9 80"), hex("68 5E3C"), slice(5, header: 0x65))
        #expect(try units(&packetizer, [newSPS, otherPPS, slice(4)]) == [newSPS, otherPPS, slice(4)])
        #expect(try units(&packetizer, [idr], key: true) == [newSPS, Self.pps, otherPPS, idr])
    }

    @Test func anotherSampleDescription() throws {
        var packetizer = try Self.packetizer(Self.layouts[2])
        let (newSPS, newPPS) = (hex("67 4D4028 A9"), hex("68 EE3C80"))
        packetizer.configurationChanged(Self.record([newSPS], [newPPS], lengthSize: 2))
        #expect(try units(&packetizer, [slice(4)], lengthSize: 2) == [newSPS, newPPS, slice(4)], "sent at once")
        #expect(try units(&packetizer, [slice(4)], lengthSize: 2) == [slice(4)], "and once only")
        packetizer.configurationChanged([1, 2, 3])
        #expect(try units(&packetizer, [slice(4)], lengthSize: 2) == [slice(4)], "a damaged one changes nothing")
    }

    /// The unit after an `outputFull` is what it would have been, whatever the room at the first try.
    @Test func outputFullChangesNothing() throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: 128)
        let newSPS = hex("67 4D4028 A9")
        var packetizer = try Self.packetizer(layout)
        packetizer.configurationChanged(Self.record([newSPS], [Self.pps]))
        let unit = Self.unit([hex("06 01"), slice(300), hex("68 5E3C")])
        var untouched = packetizer
        let expected = try Packetized(&untouched, unit, layout: layout)
        let size = expected.packets.reduce(0) { $0 + 4 + $1.count }
        for capacity in 0..<size {
            #expect(throws: PacketizationError.outputFull) {
                try Packetized(&packetizer, unit, layout: layout, capacity: capacity)
            }
        }
        #expect(try Packetized(&packetizer, unit, layout: layout, capacity: size).packets == expected.packets)
        #expect(try units(&packetizer, [slice(4)]) == units(&untouched, [slice(4)]))
    }

    @Test func addressesBeyondTheRunsAreFull() throws {
        var packetizer = try Self.packetizer(Self.layouts[2])
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, Self.unit([slice(99)]), layout: Self.layouts[2], base: .max - 50)
        }
    }

    /// Random units and layouts come back as they were.
    @Test(arguments: 0..<40) func roundTrip(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(
            prefix: seed % 2 == 0 ? 0 : 4, maximumPacketSize: .random(in: 128...1500, using: &random))
        let size = Int(seed % 4) + 1
        let maximum = size == 1 ? 255 : 6000
        var lengths = try Self.packetizer(Self.record(lengthSize: size), layout)
        var startCodes = try Self.packetizer(hex("000001") + Self.sps + hex("00000001") + Self.pps, layout)
        for _ in 0..<12 {
            let nals = (0..<Int.random(in: 1...9, using: &random)).map { _ -> [UInt8] in
                let length =
                    Bool.random(using: &random)
                    ? Int.random(in: 1...90, using: &random) : .random(in: 1...maximum, using: &random)
                let type: UInt8 = [1, 2, 3, 4, 6, 9, 12, 14, 19, 20, 23].randomElement(using: &random)!
                // No two zeros in a row and none at the end, as emulation prevention has it.
                return [UInt8.random(in: 0...7, using: &random) << 5 | type] + random.bytes(length - 1).map { $0 | 1 }
            }
            #expect(try units(&lengths, nals, layout, lengthSize: size) == nals)
            let annexB = nals.flatMap { nal -> [UInt8] in hex(Bool.random(using: &random) ? "00000001" : "000001") + nal
            }
            let made = try Packetized(&startCodes, annexB, layout: layout)
            #expect(try depacketizeH264(made.payloads) == nals)
            // Found by content, although the record announces lengths; shorter ones can make sense by chance.
            guard size == 4 else { continue }
            #expect(try Packetized(&lengths, annexB, layout: layout).packets == made.packets)
        }
    }

    /// Garbage is an error or some packets, never a trap; `Packetized` checks the layout.
    @Test(arguments: 0..<40) func garbage(seed: UInt64) throws {
        var random = TestRandom(seed)
        var packetizer = try Self.packetizer(Self.record(lengthSize: Int(seed % 4) + 1), Self.layouts[0])
        for round in 0..<50 {
            var bytes = random.bytes(.random(in: 0...400, using: &random))
            // Small numbers make plausible lengths and start codes.
            if round % 2 == 0 { bytes = bytes.map { $0 < 200 ? $0 & 3 : $0 } }
            do {
                _ = try Packetized(&packetizer, bytes, key: round % 3 == 0, layout: Self.layouts[0])
            } catch {
                guard case .malformed(_, let offset) = error else { throw error }
                #expect((0...bytes.count).contains(offset))
            }
            packetizer.configurationChanged(random.bytes(.random(in: 0...60, using: &random)))
            packetizer.configurationChanged([1] + bytes.dropFirst(bytes.count / 2))
        }
    }
}
