import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct EAC3Tests {
    /// ETSI TS 102 366 E.1.2: a syncframe of `bytes`, all of it but the header in the range of no sync word.
    private static func frame(_ header: String, _ bytes: Int) -> [UInt8] {
        hex(header) + (6..<bytes).map { UInt8($0 & 0x7F) | 0x80 }
    }

    private static let independent51 = frame("0B7702FF3F80", 1536)  // 48 kHz, six blocks, acmod 7 with LFE, bsid 16
    private static let dependent = frame("0B7740FF3480", 512)  // substream 0, acmod 2
    private static let secondProgram = frame("0B77083F3480", 128)  // independent substream 1, stereo
    private static let oneBlock = frame("0B77007F0480", 256)  // one block, acmod 2
    private static let plain = frame("0B77000012404000", 640)  // AC-3

    private static func format(
        _ firstUnit: [UInt8], rate: Int = 48_000
    ) throws(PayloadFormatError) -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .eac3, kind: .audio, sampleRate: rate, channels: 6), firstUnit: firstUnit)
    }

    @Test func attributes() throws {
        let rows: [([UInt8], String?)] = [
            (Self.independent51, "i6"), (Self.independent51 + Self.secondProgram, "i6i2"),
            (Self.oneBlock + Self.oneBlock, "i2"), (Self.independent51 + Self.dependent, nil), ([], nil),
            (Self.plain, "i2"),
        ]
        for (unit, configuration) in rows {
            let media = try Self.format(unit).sdpMedia(payloadType: 98)
            #expect(media.rtpmap == "98 eac3/48000")
            #expect(media.fmtp == configuration.map { "98 bitStreamConfig=\($0)" })
        }
        // fscod 1 and 2.
        #expect(try Self.format(Self.frame("0B7702FF7F80", 1536)).clockRate.hertz == 44_100)
        #expect(try Self.format(Self.frame("0B7702FFBF80", 1536)).clockRate.hertz == 32_000)
    }

    @Test func halfRates() {
        for (header, rate) in [("0B7702FFCF80", 24_000), ("0B7702FFDF80", 22_050), ("0B7702FFEF80", 16_000)] {
            #expect(throws: PayloadFormatError("E-AC-3 at \(rate) Hz, which RFC 4598 does not carry")) {
                try Self.format(Self.frame(header, 1536))
            }
        }
        #expect(throws: PayloadFormatError("E-AC-3 at 0 Hz, which RFC 4598 does not carry")) {
            try Self.format([], rate: 0)
        }
    }

    /// F is 1 for every fragment, and NF the number of them.
    @Test(arguments: [(1550, 1), (1549, 2), (782, 2), (128, 14)], [0, 4]) func fragments(
        row: (mtu: Int, count: Int), prefix: Int
    ) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: row.mtu)
        var packetizer = try Self.format(Self.independent51).packetizer(layout)
        let made = try Packetized(&packetizer, Self.independent51, layout: layout)
        #expect(made.packets.count == row.count)
        #expect(made.payloads.allSatisfy { $0[0] == (row.count == 1 ? 0 : 1) && $0[1] == row.count })
        #expect(Array(made.payloads.map { $0[2...] }.joined()) == Self.independent51)
    }

    /// RFC 4598 4.1 by hand: seven zeros and F, NF; the frame or its parts. Five words and one more: 12 bytes.
    @Test func headers() throws {
        let frame = hex("0B77 0005 3480 818283848586")
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try Self.format(frame).packetizer(layout)
        let one = try Packetized(&packetizer, frame, layout: layout)
        #expect(one.payloads == [hex("00 01 0B77 0005 3480 818283848586")])
        let two = try Packetized(&packetizer, frame + frame, layout: layout)
        #expect(two.payloads == [hex("00 02 0B77 0005 3480 818283848586 0B77 0005 3480 818283848586")])
        let long = Self.frame("0B77 003F 3480", 128)
        let parts = try Packetized(&packetizer, long, layout: layout)
        #expect(parts.payloads == [hex("01 02") + long[..<114], hex("01 02") + long[114...]])
    }

    /// Whole syncframes share a packet, those of all substreams; a frame that does not fit goes alone, in fragments.
    @Test func substreams() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try Self.format(Self.independent51).packetizer(layout)
        let unit = Self.independent51 + Self.dependent + Self.secondProgram + Self.plain
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .any)
        #expect(made.payloads.map { Array($0[..<2]) } == [[1, 2], [1, 2], [0, 3]])
        #expect(made.packets.map { $0[1] & 0x80 != 0 } == [false, true, true])
        #expect(Array(made.payloads.map { $0[2...] }.joined()) == unit)
    }

    @Test func refusals() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try Self.format([]).packetizer(layout)
        // Nothing, cut off, strmtyp 3, reserved rate, bsid 17.
        for unit in ["", "0B7702FF3F", "0B77C2FF3F80", "0B7702FFFF80", "0B7702FF3F88"] {
            #expect(throws: PacketizationError.malformed("no AC-3 frame header", offset: 0)) {
                try Packetized(&packetizer, hex(unit), layout: layout)
            }
        }
    }
}
