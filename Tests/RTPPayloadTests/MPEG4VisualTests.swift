import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MPEG4VisualTests {
    /// Visual object sequence (profile 0xF1), visual object, video object, layer, user data.
    private static let headers = hex(
        "000001B0 F1 000001B5 A913 00000100 00000120 08D48D0800CD04040C14103F 000001B2 4C6176")
    private static let vop = hex("000001B6")
    private static let layout = PacketLayout(prefix: 4, maximumPacketSize: 128)

    private func format(_ configuration: [UInt8] = headers, firstUnit: [UInt8] = []) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .mpeg4Visual, kind: .video, configuration: configuration), firstUnit: firstUnit
        )
    }

    private func payloads(
        _ packetizer: inout Packetizer, _ unit: [UInt8], key: Bool = false
    ) throws(PacketizationError) -> [[UInt8]] {
        try Packetized(&packetizer, unit, key: key, layout: Self.layout).payloads
    }

    private func data(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 5 | 1) } }

    @Test(arguments: [0, 4]) func everyPacketEqualsFFmpegs(prefix: Int) throws {
        let golden = try GoldenFile("mpeg4-ffmpeg")
        let ours = try golden.packetize(.mpeg4Visual, prefix: prefix).flatMap(\.packets)
        #expect(ours.map(GoldenFile.comparable) == golden.packets.map(GoldenFile.comparable))
    }

    /// GStreamer takes headers out of a unit, since they are in SDP.
    @Test func picturesEqualGStreamersButForHeaders() throws {
        let golden = try GoldenFile("mpeg4-gst")
        var pictures: [[[UInt8]]] = [[]]
        for packet in golden.packets {
            pictures[pictures.count - 1].append(Array(packet[12...]))
            if packet[1] & 0x80 != 0 { pictures.append([]) }
        }
        let ours = try golden.packetize(.mpeg4Visual)
        #expect(ours.count == 5 && pictures.count == 6)
        for (mine, theirs) in zip(ours, pictures) {
            if mine.payloads[0].starts(with: golden.configuration) {
                #expect(mine.payloads.flatMap { $0 } == golden.configuration + theirs.flatMap { $0 })
            } else {
                #expect(mine.payloads == theirs)
            }
        }
        #expect(ours.filter { $0.payloads[0].starts(with: golden.configuration) }.count == 2, "the key pictures")
    }

    @Test func descriptionSaysWhatOthersSay() throws {
        let ffmpeg = try GoldenFile("mpeg4-ffmpeg")
        let media = try ffmpeg.format(.mpeg4Visual).sdpMedia(payloadType: 96)
        #expect(ffmpeg.descriptions[0] == "a=rtpmap:\(media.rtpmap)")
        let config = try #require(ffmpeg.descriptions[1].split(separator: "config=").last)
        #expect(media.fmtp == "96 profile-level-id=241;config=\(config)")
        let gst = try GoldenFile("mpeg4-gst")
        #expect(gst.descriptions[0].contains("profile-level-id=(string)241, config=(string)\(config.lowercased())"))
    }

    @Test func configurationFromTheFirstUnit() throws {
        let unit = Self.headers + hex("000001B3 00104700") + Self.vop + data(9)
        #expect(try format([], firstUnit: unit).fmtp == format().fmtp, "up to the group of VOPs")
        #expect(
            try format(hex("00000001"), firstUnit: unit).fmtp == format().fmtp, "nothing useful in the configuration")
        #expect(try format([], firstUnit: Self.vop + data(9)).fmtp == [FormatParameter("profile-level-id", "1")])
        #expect(try format([]).fmtp.count == 1)
        #expect(throws: PayloadFormatError("MPEG-4 Part 2 with short video headers, which is H.263")) {
            try format([], firstUnit: hex("000082 000000"))
        }
    }

    /// Without a visual object sequence: by the layer's type, 1 (Simple) or 17 (Advanced Simple).
    @Test(arguments: [("00000120 00C8888007", "1"), ("00000120 08D48D0800", "245")])
    func profileWithoutSequenceHeader(headers: String, profile: String) throws {
        #expect(try format(hex("00000100") + hex(headers)).fmtp[0].value == profile)
    }

    @Test func headersGoBeforeRandomAccessPoints() throws {
        var packetizer = try format().makePacketizer(layout: Self.layout, payloadType: 96)
        let picture = Self.vop + data(20)
        #expect(try payloads(&packetizer, picture, key: true) == [Self.headers + picture])
        #expect(try payloads(&packetizer, picture) == [picture])
        let own = hex("00000100 00000120 00C8888007") + picture
        #expect(try payloads(&packetizer, own, key: true) == [own])
        #expect(try payloads(&packetizer, picture, key: true) == [own], "the last ones seen")
        packetizer.configurationChanged(Self.headers)
        #expect(try payloads(&packetizer, picture, key: true) == [Self.headers + picture])
    }

    @Test func sizesAroundTheLimit() throws {
        var packetizer = try format([]).makePacketizer(layout: Self.layout, payloadType: 96)
        for (size, expected) in [(116, [116]), (117, [116, 1]), (232, [116, 116]), (233, [116, 116, 1])] {
            let unit = Self.vop + data(size - 4)
            let made = try Packetized(&packetizer, unit, layout: Self.layout)
            #expect(made.payloads.map(\.count) == expected)
            #expect(made.payloads.flatMap { $0 } == unit && made.runs.count == 1)
        }
    }

    /// RFC 6416 5.2: a VOP header is not split, different VOPs are in different packets.
    @Test func cuts() throws {
        var packetizer = try format([]).makePacketizer(layout: Self.layout, payloadType: 96)
        let userData = hex("00000120 00C8888007 000001B2") + data(80)
        #expect(
            try payloads(&packetizer, userData + Self.vop + data(50)) == [userData, Self.vop + data(50)])
        let two = [Self.vop + data(10), hex("000001B3 00104700") + Self.vop + data(5) + hex("000001B1")]
        #expect(try payloads(&packetizer, two[0] + two[1]) == two)
    }

    @Test(arguments: ["", "00", "0001", "41AA", "000080 02", "000082"]) func refused(unit: String) throws {
        var packetizer = try format().makePacketizer(layout: Self.layout, payloadType: 96)
        #expect(throws: PacketizationError.self) { try payloads(&packetizer, hex(unit), key: true) }
    }

    @Test func outputFullChangesNothing() throws {
        var packetizer = try format().makePacketizer(layout: Self.layout, payloadType: 96)
        let unit = hex("00000100 00000120 00C8888007") + Self.vop + data(300)
        for capacity in [0, 100, 330] {
            #expect(throws: PacketizationError.outputFull) {
                try Packetized(&packetizer, unit, key: true, layout: Self.layout, capacity: capacity)
            }
        }
        let picture = Self.vop + data(9)
        #expect(try payloads(&packetizer, picture, key: true) == [Self.headers + picture])
    }

    @Test(arguments: 0..<20) func everyByteArrives(seed: UInt64) throws {
        var random = TestRandom(seed)
        var packetizer = try format([]).makePacketizer(layout: Self.layout, payloadType: 96)
        for _ in 0..<40 {
            // Small numbers make start codes and markers.
            let unit = hex("000001") + random.bytes(.random(in: 0...600, using: &random)).map { $0 < 200 ? $0 & 1 : $0 }
            let made = try Packetized(&packetizer, unit, layout: Self.layout)
            #expect(made.payloads.flatMap { $0 } == unit)
            _ = try? format(unit, firstUnit: unit)
        }
    }
}
