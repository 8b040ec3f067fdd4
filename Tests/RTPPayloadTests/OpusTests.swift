import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct OpusTests {
    private static func format(
        _ configuration: String, channels: Int = 2
    ) throws(PayloadFormatError) -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: .opus, kind: .audio, configuration: hex(configuration), sampleRate: 48_000, channels: channels))
    }

    /// OpusHead of RFC 7845 5.1, version 1, pre-skip 312, 44.1 kHz, no gain.
    private static func head(_ channels: String, _ mapping: String) -> String {
        "4F70757348656164 01 \(channels) 3801 44AC0000 0000 \(mapping)"
    }

    @Test(arguments: [("01", "00", "0"), ("02", "00", "1"), ("01", "01 01 00 00", "0"), ("02", "01 01 01 00 01", "1")])
    func attributes(channels: String, mapping: String, isStereo: String) throws {
        let media = try Self.format(Self.head(channels, mapping), channels: 7).sdpMedia(payloadType: 97)
        #expect(media.rtpmap == "97 opus/48000/2")
        #expect(media.fmtp == "97 sprop-stereo=\(isStereo)")
    }

    @Test func withoutHeader() throws {
        #expect(try Self.format("", channels: 1).fmtp == [FormatParameter("sprop-stereo", "0")])
        #expect(try Self.format("4F7075", channels: 2).fmtp == [FormatParameter("sprop-stereo", "1")])
    }

    /// Six channels; two streams for two channels; left and right exchanged; a table cut off.
    @Test func severalStreams() {
        #expect(throws: PayloadFormatError("Opus with 6 channels: RFC 7587 carries one or two")) {
            try Self.format(Self.head("06", "01 04 02 00 04 01 02 03 05"))
        }
        for mapping in ["01 02 00 00 01", "01 01 01 01 00", "FF 02 00 00 01", "01 01 01 00", "01"] {
            #expect(
                throws: PayloadFormatError(
                    "Opus of several streams, or with channels rearranged: RFC 7587 carries one plain stream")
            ) { try Self.format(Self.head("02", mapping)) }
        }
        #expect(throws: PayloadFormatError("Opus with 0 channels: RFC 7587 carries one or two")) {
            try Self.format("", channels: 0)
        }
    }

    @Test(arguments: [128, 1372], [0, 4]) func sizesAroundTheLimit(mtu: Int, prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: mtu)
        var packetizer = try Self.format("").packetizer(layout)
        var random = TestRandom(UInt64(mtu))
        for size in [1, mtu - 13, mtu - 12] {
            let unit = random.bytes(size)
            #expect(try Packetized(&packetizer, unit, layout: layout, markers: .none).payloads == [unit])
        }
        #expect(throws: PacketizationError.tooLarge(bytes: mtu - 11, limit: mtu - 12)) {
            try Packetized(&packetizer, random.bytes(mtu - 11), layout: layout)
        }
        #expect(throws: PacketizationError.malformed("empty access unit", offset: 0)) {
            try Packetized(&packetizer, [], layout: layout)
        }
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, random.bytes(50), layout: layout, capacity: 50)
        }
    }
}
