import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H265Tests {
    /// From x265, 128x96: the sets of the recordings.
    static let vps = hex("40010c01ffff01600000030090000003000003001e959009")
    static let sps = hex("42010101600000030090000003000003001ea01020616595924932bc05a02000000300200000030321")
    static let pps = hex("4401c172b42240")
    private static let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)

    static func record(_ sets: [[UInt8]] = [vps, sps, pps], lengthSize: Int = 4) -> [UInt8] {
        var record = hex("01 01 60000000 900000000000 1e f000 fc fd f8 f8 0000") + [0xC | UInt8(lengthSize - 1)]
        record.append(UInt8(sets.count))
        for set in sets {
            record += [0xA0 | set[0] >> 1, 0, 1, UInt8(set.count >> 8), UInt8(set.count & 255)] + set
        }
        return record
    }

    private func packetizer(_ layout: PacketLayout = layout, _ configuration: [UInt8] = record()) throws -> Packetizer {
        try PayloadFormat.make(for: CodecDescription(codec: .h265, kind: .video, configuration: configuration))
            .makePacketizer(layout: layout, payloadType: 96)
    }

    private func units(_ packetizer: inout Packetizer, _ nals: [[UInt8]], key: Bool = false) throws -> [[UInt8]] {
        try depacketizeH265(Packetized(&packetizer, H264Tests.unit(nals), key: key, layout: Self.layout).payloads)
    }

    /// TRAIL_R unless said otherwise.
    private func slice(_ size: Int, header: [UInt8] = [0x02, 0x01]) -> [UInt8] {
        header + (2..<max(size, 2)).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) }
    }

    @Test(arguments: H264Tests.layouts) func packetsAroundTheLimit(layout: PacketLayout) throws {
        var packetizer = try packetizer(layout)
        let limit = layout.maximumPacketSize - 12
        for (size, expected) in [
            (2, [2]), (limit - 1, [limit - 1]), (limit, [limit]), (limit + 1, [limit, 5]),
            (2 * limit - 5, [limit, limit - 1]), (2 * limit - 4, [limit, limit]), (2 * limit - 3, [limit, limit, 4]),
        ] {
            let nal = slice(size)
            let made = try Packetized(&packetizer, H264Tests.unit([nal]), layout: layout)
            #expect(made.payloads.map(\.count) == expected, "NAL unit of \(size)")
            #expect(try depacketizeH265(made.payloads) == [nal])
            #expect(made.runs.count == 1)
        }
    }

    /// IDR_W_RADL with F set, layer 1, TID 3.
    @Test func fragmentsByHand() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try packetizer(layout)
        let nal = slice(2 + 113 * 2 + 1, header: hex("A6 0B"))
        let made = try Packetized(
            &packetizer, H264Tests.unit([Self.vps, Self.sps, Self.pps, nal]), key: true, layout: layout)
        #expect(made.payloads.map { Array($0.prefix(3)) } == ["60 01 00", "E2 0B 93", "E2 0B 13", "E2 0B 53"].map(hex))
        #expect(made.payloads[3] == hex("E2 0B 53") + nal.suffix(1))
    }

    /// RFC 7798 4.4.2: F is the OR, LayerId and TID the lowest.
    @Test func aggregateHeaderByHand() throws {
        var packetizer = try packetizer()
        let made = try Packetized(
            &packetizer, H264Tests.unit([hex("02 0B AA"), hex("82 1A"), hex("04 0C BB")]), layout: Self.layout)
        #expect(made.payloads == [hex("E0 0A 0003 020BAA 0002 821A 0003 040CBB")])
    }

    @Test func parameterSetsGoBeforeRandomAccessPoints() throws {
        var packetizer = try packetizer()
        let (aud, sei) = (hex("46 01 10"), hex("4E 01 05"))
        let all = [Self.vps, Self.sps, Self.pps]
        // BLA_W_LP, BLA_N_LP, IDR_W_RADL, IDR_N_LP, CRA, whatever the container says.
        for type in [16, 18, 19, 20, 21] as [UInt8] {
            let picture = slice(20, header: [type << 1, 1])
            #expect(try units(&packetizer, [aud, sei, picture]) == [aud] + all + [sei, picture])
        }
        #expect(try units(&packetizer, [slice(9)]) == [slice(9)])
        #expect(try units(&packetizer, [slice(9)], key: true) == all + [slice(9)], "intra refresh")
        let idr = slice(9, header: [0x26, 1])
        #expect(try units(&packetizer, all + [idr]) == all + [idr], "has its own")
        #expect(try units(&packetizer, [Self.vps, idr]) == all + [idr], "has its own VPS")
        #expect(try units(&packetizer, [Self.sps, idr]) == all + [idr], "has its own SPS")
        #expect(try units(&packetizer, [Self.pps, idr]) == all + [idr], "has its own PPS")
    }

    @Test func setsInBandAreRemembered() throws {
        var packetizer = try packetizer()
        // pps_pic_parameter_set_id 1 and 0.
        let (other, new, idr) = (hex("4401 58"), hex("4401 FF"), slice(9, header: [0x26, 1]))
        #expect(try units(&packetizer, [other, new, slice(4)]) == [other, new, slice(4)])
        #expect(try units(&packetizer, [idr]) == [Self.vps, Self.sps, new, other, idr])
        packetizer.configurationChanged(Self.record(lengthSize: 2))
        let made = try Packetized(&packetizer, H264Tests.unit([slice(4)], lengthSize: 2), layout: Self.layout)
        #expect(try depacketizeH265(made.payloads) == [Self.vps, Self.sps, Self.pps, slice(4)])
    }

    /// Types 48 and above mean something else in RTP; another layer's parameter sets pass, and are not kept.
    @Test func whatIsLeftOut() throws {
        var packetizer = try packetizer()
        let layered = hex("4409 FF")
        let idr = slice(9, header: [0x26, 1])
        #expect(
            try units(&packetizer, [hex("6001 AA"), hex("7E01"), hex("02"), layered, idr]) == [
                Self.vps, Self.sps, Self.pps, layered, idr,
            ])
        #expect(try units(&packetizer, [idr]) == [Self.vps, Self.sps, Self.pps, idr])
    }

    @Test(arguments: 0..<20) func roundTrip(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: .random(in: 128...1500, using: &random))
        var lengths = try packetizer(layout)
        var startCodes = try packetizer(
            layout, hex("000001") + Self.vps + hex("000001") + Self.sps + hex("000001") + Self.pps)
        for _ in 0..<10 {
            let nals = (0..<Int.random(in: 1...9, using: &random)).map { _ -> [UInt8] in
                let type: UInt8 = [0, 1, 8, 9, 35, 38, 39, 40, 47].randomElement(using: &random)!
                return [type << 1, .random(in: 1...7, using: &random)]
                    + random.bytes(.random(in: 0...3000, using: &random)).map { $0 | 1 }
            }
            let made = try Packetized(&lengths, H264Tests.unit(nals), layout: layout)
            #expect(try depacketizeH265(made.payloads) == nals)
            let annexB = nals.flatMap { hex("000001") + $0 }
            #expect(try Packetized(&startCodes, annexB, layout: layout).packets == made.packets)
        }
    }

    @Test(arguments: 0..<20) func garbage(seed: UInt64) throws {
        var random = TestRandom(seed)
        var packetizer = try packetizer(H264Tests.layouts[0])
        for round in 0..<50 {
            let bytes = random.bytes(.random(in: 0...400, using: &random)).map { $0 < 200 ? $0 & 3 : $0 }
            do {
                _ = try Packetized(&packetizer, bytes, key: round % 3 == 0, layout: H264Tests.layouts[0])
            } catch {
                guard case .malformed(_, let offset) = error else { throw error }
                #expect((0...bytes.count).contains(offset))
            }
            var record = Self.record()
            record[Int.random(in: 0..<record.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            packetizer.configurationChanged(record)
        }
    }
}
