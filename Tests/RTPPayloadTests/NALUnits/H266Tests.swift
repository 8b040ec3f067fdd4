import ByteFixtures
import MediaCore
import RTPPayload
import Testing

/// No second implementation of RFC 9328 is at hand: expected packets are worked out by hand from its bit diagrams (4.3).
@Suite struct H266Tests {
    static let vps = hex("0071 10 00 02")
    /// Identifier 0, VPS 1; profile 1 (Main 10), high tier, level 83 (5.1).
    static let sps = hex("0079 01 0D 03 53 80")
    static let pps = hex("0081 00 00 80")
    private static let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)

    /// VvcDecoderConfigurationRecord with a profile of two sublayers and one sub-profile.
    static func record(_ sets: [[UInt8]] = [vps, sps, pps], lengthSize: UInt8 = 4, hasProfile: Bool = true) -> [UInt8] {
        var record = [0xF8 | (lengthSize - 1) << 1 | (hasProfile ? 1 : 0)]
        if hasProfile { record += hex("0021 5F 01 02 53 00 80 50 01 00000007 0140 00B4 0000") }
        record.append(UInt8(sets.count))
        for set in sets {
            record += [0x80 | set[1] >> 3, 0, 1, UInt8(set.count >> 8), UInt8(set.count & 255)] + set
        }
        return record
    }

    private func format(_ configuration: [UInt8] = record(), firstUnit: [UInt8] = []) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .h266, kind: .video, configuration: configuration), firstUnit: firstUnit)
    }

    private func packetizer(_ layout: PacketLayout = layout) throws -> Packetizer {
        try format().makePacketizer(layout: layout, payloadType: 96)
    }

    private func units(_ packetizer: inout Packetizer, _ nals: [[UInt8]], key: Bool = false) throws -> [[UInt8]] {
        try depacketizeH266(Packetized(&packetizer, H264Tests.unit(nals), key: key, layout: Self.layout).payloads)
    }

    /// TRAIL_NUT unless said otherwise.
    private func slice(_ size: Int, header: [UInt8] = [0x00, 0x01]) -> [UInt8] {
        header + (2..<max(size, 2)).map { UInt8(truncatingIfNeeded: $0 &* 7 | 1) }
    }

    @Test func attributes() throws {
        let expected =
            "96 profile-id=1;tier-flag=1;level-id=83;sprop-vps=AHEQAAI=;sprop-sps=AHkBDQNTgA==;sprop-pps=AIEAAIA="
        let media = try format().sdpMedia(payloadType: 96)
        #expect(media.rtpmap == "96 H266/90000" && media.fmtp == expected)
        #expect(try format(Self.record(hasProfile: false)).sdpMedia(payloadType: 96).fmtp == expected)
        let start = [Self.vps, Self.sps, Self.pps].flatMap { hex("00000001") + $0 }
        #expect(try format([], firstUnit: start).sdpMedia(payloadType: 96).fmtp == expected)
        #expect(try format(Self.record([])).fmtp.isEmpty, "all sets in band")
        let bare = hex("0079 00 0D 02 40 80")
        #expect(try format(Self.record([Self.vps, bare, Self.pps])).fmtp.map(\.name).contains("sprop-vps") == false)
    }

    @Test func damagedConfigurations() throws {
        let record = Self.record()
        for count in 1..<record.count {
            #expect(throws: PayloadFormatError.self) { try format(Array(record[..<count])) }
        }
        #expect(throws: PayloadFormatError("H.266 without parameter sets")) { try format([]) }
        #expect(throws: PayloadFormatError("H.266 without parameter sets")) { try format(hex("00000001 00A1 10")) }
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
            #expect(try depacketizeH266(made.payloads) == [nal])
        }
    }

    /// IDR_N_LP with F set, layer 5, TID 3: S, nothing, E and P.
    @Test func fragmentsByHand() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try packetizer(layout)
        let nal = slice(2 + 113 * 2 + 1, header: hex("85 43"))
        let made = try Packetized(
            &packetizer, H264Tests.unit([Self.vps, Self.sps, Self.pps, nal]), key: true, layout: layout)
        #expect(made.payloads.map { Array($0.prefix(3)) } == ["00 E1 00", "85 EB 88", "85 EB 08", "85 EB 68"].map(hex))
        #expect(made.payloads[3] == hex("85 EB 68") + nal.suffix(1))
    }

    /// P is the last slice's alone, also if something follows it.
    @Test func onlyTheLastSliceEndsThePicture() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try packetizer(layout)
        let suffix = hex("00C1") + [UInt8](repeating: 5, count: 150)
        let made = try Packetized(&packetizer, H264Tests.unit([slice(150), slice(151), suffix]), layout: layout)
        #expect(made.payloads.map { $0[2] } == [0x80, 0x40, 0x80, 0x60, 0x98, 0x58])
        #expect(try depacketizeH266(made.payloads) == [slice(150), slice(151), suffix])
    }

    /// RFC 9328 4.3.2: F is the OR, LayerId and TID the lowest.
    @Test func aggregateHeaderByHand() throws {
        var packetizer = try packetizer()
        let made = try Packetized(
            &packetizer, H264Tests.unit([hex("05 0B AA"), hex("84 1A"), hex("06 0C BB")]), layout: Self.layout)
        #expect(made.payloads == [hex("84 E2 0003 050BAA 0002 841A 0003 060CBB")])
    }

    @Test func parameterSetsGoBeforeRandomAccessPoints() throws {
        var packetizer = try packetizer()
        let (aud, sei) = (hex("00A1 10"), hex("00B9 05"))
        let all = [Self.vps, Self.sps, Self.pps]
        // IDR_W_RADL, IDR_N_LP, CRA, whatever the container says.
        for type in [7, 8, 9] as [UInt8] {
            let picture = slice(20, header: [0, type << 3 | 1])
            #expect(try units(&packetizer, [aud, sei, picture]) == [aud] + all + [sei, picture])
        }
        #expect(try units(&packetizer, [slice(9)]) == [slice(9)])
        #expect(try units(&packetizer, [slice(9)], key: true) == all + [slice(9)], "gradual refresh")
        let idr = slice(9, header: [0, 0x41])
        #expect(try units(&packetizer, all + [idr]) == all + [idr], "has its own")
        #expect(try units(&packetizer, [Self.sps, idr]) == all + [idr], "has its own SPS")
        let other = hex("0081 04 00 80")
        #expect(try units(&packetizer, [other, slice(4)]) == [other, slice(4)])
        #expect(try units(&packetizer, [idr]) == all + [other, idr], "in band, remembered")
        packetizer.configurationChanged(Self.record(lengthSize: 2))
        let made = try Packetized(&packetizer, H264Tests.unit([slice(4)], lengthSize: 2), layout: Self.layout)
        #expect(try depacketizeH266(made.payloads) == all + [slice(4)])
    }

    /// Types 28 and above mean something else in RTP; another layer's parameter sets pass, and are not kept.
    @Test func whatIsLeftOut() throws {
        var packetizer = try packetizer()
        let layered = hex("0181 FF")
        let idr = slice(9, header: [0, 0x41])
        let sent = try units(&packetizer, [hex("00E1 AA"), hex("00F9"), hex("02"), layered, idr])
        #expect(sent == [Self.vps, Self.sps, Self.pps, layered, idr])
        #expect(try units(&packetizer, [idr]) == [Self.vps, Self.sps, Self.pps, idr])
    }

    @Test(arguments: 0..<20) func roundTrip(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: .random(in: 128...1500, using: &random))
        var packetizer = try packetizer(layout)
        for _ in 0..<10 {
            let nals = (0..<Int.random(in: 1...9, using: &random)).map { _ -> [UInt8] in
                let type: UInt8 = [0, 1, 3, 10, 17, 18, 19, 23, 24].randomElement(using: &random)!
                return [0, type << 3 | .random(in: 1...7, using: &random)]
                    + random.bytes(.random(in: 1...3000, using: &random)).map { $0 | 4 }
            }
            let made = try Packetized(&packetizer, H264Tests.unit(nals), layout: layout)
            #expect(try depacketizeH266(made.payloads) == nals)
        }
    }

    @Test(arguments: 0..<20) func noise(seed: UInt64) throws {
        var random = TestRandom(seed)
        for _ in 0..<50 {
            let start = [hex("FF"), hex("F8"), hex("00000001 0079"), []].randomElement(using: &random)!
            let bytes = start + random.bytes(.random(in: 0...300, using: &random)).map { $0 & 0x9F }
            _ = try? format(bytes, firstUnit: bytes)
            var packetizer = try packetizer()
            packetizer.configurationChanged(bytes)
            _ = try? Packetized(&packetizer, bytes, key: true, layout: Self.layout)
        }
    }
}
