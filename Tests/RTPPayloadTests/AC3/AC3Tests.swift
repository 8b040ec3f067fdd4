import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct AC3Tests {
    /// A/52 tables 5.6, 5.8 and 5.18: the frame's first bytes, its size, rate and channels.
    private static let headers: [(header: String, bytes: Int, rate: UInt32, channels: Int)] = [
        ("0B77B8E01C30E1DF", 1536, 48_000, 6),  // a 5.1 broadcast, 384 kbit/s
        ("0B77219350482F84", 556, 44_100, 1),  // bsid 9, 128 kbit/s >> 1, an MP4's
        ("0B7700001E404000", 1792, 48_000, 2),  // 448 kbit/s, acmod 2, no LFE
        ("0B77000054404400", 834, 44_100, 3),  // 192 kbit/s, acmod 2 with LFE
        ("0B77000055404000", 836, 44_100, 2),  // odd frmsizecod: one word more
        ("0B77000094406000", 1152, 32_000, 3),  // acmod 3
        ("0B77000014500000", 768, 48_000, 2),  // bsid 10, acmod 0
        ("0B7700001440E000", 768, 48_000, 5),  // acmod 7: cmixlev and surmixlev before lfeon
    ]

    private static func format(_ firstUnit: String, rate: Int = 48_000, channels: Int = 2) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .ac3, kind: .audio, sampleRate: rate, channels: channels),
            firstUnit: hex(firstUnit))
    }

    private static func frame(_ header: String, _ bytes: Int) -> [UInt8] {
        hex(header) + (8..<bytes).map { UInt8($0 & 0x7F) | 0x80 }
    }

    @Test(arguments: headers)
    func headerSaysIt(row: (header: String, bytes: Int, rate: UInt32, channels: Int)) throws {
        let format = try Self.format(row.header, rate: 1, channels: 1)
        #expect(format.clockRate.hertz == row.rate && format.channels == row.channels)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 ac3/\(row.rate)/\(row.channels)")
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 14 + row.bytes)
        var packetizer = format.packetizer(layout)
        let frame = Self.frame(row.header, row.bytes)
        let made = try Packetized(&packetizer, frame + frame, layout: layout, markers: .any)
        #expect(made.payloads == [[0, 1] + frame, [0, 1] + frame])
        #expect(try depacketizeAC3(made.packets).types == [0, 0])
    }

    @Test func containerIsSecondBest() throws {
        #expect(try Self.format("", rate: 44_100, channels: 1).sdpMedia(payloadType: 96).rtpmap == "96 ac3/44100/1")
        #expect(try Self.format("", rate: 22_050).clockRate.hertz == 44_100)
        #expect(try Self.format("", rate: 8000).clockRate.hertz == 32_000)
        for rate in [0, -1, 96_000, 11_000] {
            #expect(throws: PayloadFormatError("AC-3 with a sampling rate of \(rate)")) {
                try Self.format("", rate: rate)
            }
        }
        #expect(throws: PayloadFormatError("AC-3 with 7 channels")) { try Self.format("", channels: 7) }
        #expect(throws: PayloadFormatError("Enhanced AC-3, which RFC 4184 does not carry")) {
            try Self.format("0B7702FF3F8680")
        }
    }

    /// FT of the first fragment is 1 if that has 5/8 of the frame: of 1,536 bytes, 960.
    @Test(arguments: [(975, 2), (974, 2), (973, 2), (128, 14), (500, 4), (1549, 2)], [0, 4])
    func fragments(row: (mtu: Int, count: Int), prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: row.mtu)
        let frame = Self.frame("0B77B8E01C30E1DF", 1536)
        var packetizer = try Self.format("0B77B8E01C30E1DF").packetizer(layout)
        let made = try Packetized(&packetizer, frame, layout: layout)
        let (unit, types) = try depacketizeAC3(made.packets)
        #expect(unit == frame && made.packets.count == row.count)
        #expect(types.first == (row.mtu >= 974 ? 1 : 2) && types.dropFirst().allSatisfy { $0 == 3 })
        #expect(made.payloads.allSatisfy { $0[1] == made.packets.count })
    }

    @Test func severalFrames() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try Self.format("0B77000012404000").packetizer(layout)
        let unit = Array(repeatElement(Self.frame("0B77000012404000", 640), count: 3).joined())
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .any)
        #expect(made.payloads.map { $0[1] } == [2, 1])
        #expect(try depacketizeAC3(made.packets).unit == unit)
    }

    @Test func refusals() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try Self.format("").packetizer(layout)
        for unit in [
            "", "0B77", "0B7700000040", "770B000000404000", "0B770000C0404000", "0B77000026404000", "0B77000000584000",
        ] {
            #expect(throws: PacketizationError.malformed("no AC-3 frame header", offset: 0)) {
                try Packetized(&packetizer, hex(unit), layout: layout)
            }
        }
        #expect(throws: PacketizationError.tooLarge(bytes: 16_385, limit: 16_384)) {
            try Packetized(&packetizer, Self.frame("0B77000012404000", 16_385), layout: layout)
        }
    }
}
