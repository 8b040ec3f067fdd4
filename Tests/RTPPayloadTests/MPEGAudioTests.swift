import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MPEGAudioTests {
    /// Header and frame size of each row of ISO/IEC 11172-3's and 13818-3's tables that the corpus or an encoder has.
    private static let headers: [(header: String, bytes: Int)] = [
        ("FFFB9064", 417), ("FFFB9264", 418),  // MPEG-1 layer 3, 128 kbit/s, 44.1 kHz, without and with padding
        ("FFFBE464", 960),  // 320 kbit/s at 48 kHz
        ("FFF380C4", 208),  // MPEG-2 layer 3, 64 kbit/s, 22.05 kHz
        ("FFE340C4", 208),  // MPEG-2.5 layer 3, 32 kbit/s, 11.025 kHz
        ("FFFD8404", 384),  // MPEG-1 layer 2, 128 kbit/s at 48 kHz
        ("FFF58444", 384),  // MPEG-2 layer 2, 64 kbit/s at 24 kHz
        ("FFFFC004", 416), ("FFFFC204", 420),  // MPEG-1 layer 1, 384 kbit/s
        ("FFF71004", 68),  // MPEG-2 layer 1, 32 kbit/s, 22.05 kHz
    ]

    private static func makeFormat() throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .mpegAudio, kind: .audio, sampleRate: 44_100, channels: 2))
    }

    private static func frame(_ header: String, _ bytes: Int) -> [UInt8] {
        hex(header) + (4..<bytes).map { UInt8($0 & 0x7F) }
    }

    @Test func attributes() throws {
        let format = try Self.makeFormat()
        #expect(format.staticPayloadType == 14 && format.mediaType == "audio")
        #expect(format.sdpMedia(payloadType: 14).rtpmap == "14 MPA/90000")
        #expect(format.sdpMedia(payloadType: 14).fmtp == nil && format.note == nil)
    }

    /// Two frames that do not fit one packet are cut where the first header says that it ends.
    @Test(arguments: headers) func frameSizes(row: (header: String, bytes: Int)) throws {
        let frame = Self.frame(row.header, row.bytes)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: max(128, 16 + row.bytes))
        var packetizer = try Self.makeFormat().packetizer(layout)
        let made = try Packetized(&packetizer, frame + frame, layout: layout, markers: .none)
        #expect(made.payloads.allSatisfy { $0.starts(with: [0, 0, 0, 0]) })
        #expect(made.payloads.map(\.count) == [4 + row.bytes, 4 + row.bytes])
        #expect(try depacketizeMPEGAudio(made.payloads) == frame + frame)
    }

    @Test(arguments: [128, 300, 1372], [0, 4]) func sizesAroundTheLimit(mtu: Int, prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: mtu)
        var packetizer = try Self.makeFormat().packetizer(layout)
        let limit = mtu - 16
        for size in [limit - 1, limit, limit + 1, 2 * limit, 2 * limit + 1, 65_535] {
            // The free format: the unit is one frame, however long.
            let unit = Self.frame("FFFB0064", size)
            let made = try Packetized(&packetizer, unit, layout: layout, markers: .none)
            #expect(made.packets.count == (size + limit - 1) / limit)
            #expect(try depacketizeMPEGAudio(made.payloads) == unit)
        }
        #expect(throws: PacketizationError.tooLarge(bytes: 65_536, limit: 65_535)) {
            try Packetized(&packetizer, Self.frame("FFFB0064", 65_536), layout: layout)
        }
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, Self.frame("FFFB9064", 417), layout: layout, capacity: 417)
        }
    }

    /// Three frames of 208 bytes: as many whole ones as fit.
    @Test(arguments: [(636, [628]), (460, [420, 212]), (250, [212, 212, 212])]) func severalFrames(
        mtu: Int, sizes: [Int]
    ) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: mtu + 4)
        var packetizer = try Self.makeFormat().packetizer(layout)
        let unit = Array(repeatElement(Self.frame("FFF380C4", 208), count: 3).joined())
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .none)
        #expect(made.payloads.map(\.count) == sizes)
        #expect(try depacketizeMPEGAudio(made.payloads) == unit)
    }

    /// A cut-off frame, and one that junk follows, travel as they are.
    @Test(arguments: [100, 300, 500]) func wrongLengths(size: Int) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try Self.makeFormat().packetizer(layout)
        let unit = Self.frame("FFFB9064", size)
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .none)
        #expect(made.payloads == [[0, 0, 0, 0] + unit])
    }

    /// No sync; reserved version, layer, bit rate, sampling rate; less than a header.
    @Test(arguments: ["", "FF", "FFFB90", "00FB9064", "FFEB9064", "FFF99064", "FFFBF064", "FFFB9C64", "FF1B9064"])
    func noHeader(unit: String) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try Self.makeFormat().packetizer(layout)
        #expect(throws: PacketizationError.malformed("no MPEG audio frame header", offset: 0)) {
            try Packetized(&packetizer, hex(unit), layout: layout)
        }
    }
}
