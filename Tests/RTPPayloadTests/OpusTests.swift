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

    /// RFC 7845 5.1.1.2: 5.1 is four streams, of which two are coupled.
    @Test func surround() throws {
        let format = try Self.format(Self.head("06", "01 04 02 00 04 01 02 03 05"), channels: 6)
        let media = format.sdpMedia(payloadType: 97)
        #expect(media.rtpmap == "97 multiopus/48000/6")
        #expect(media.fmtp == "97 num_streams=4;coupled_streams=2;channel_mapping=0,4,1,2,3,5")
        // A silent channel.
        #expect(try Self.format(Self.head("03", "01 02 01 00 FF 01")).channels == 3)
    }

    /// Two streams for two channels; left and right exchanged; a place that no stream fills; nine channels; more coupled streams than streams.
    @Test func wrongMappings() {
        let rows = [
            ("02", "01 02 00 00 01", 2), ("02", "01 01 01 01 00", 1), ("03", "01 02 01 00 01 03", 2),
            ("09", "01 09 00 00 01 02 03 04 05 06 07 08", 9), ("03", "01 01 02 00 01 02", 1),
            ("03", "01 00 00 FF FF FF", 0),
        ]
        for (channels, mapping, streams) in rows {
            #expect(throws: PayloadFormatError("Opus of \(streams) streams with a wrong channel mapping")) {
                try Self.format(Self.head(channels, mapping))
            }
        }
        for mapping in ["01 01 01 00", "01", "01 01"] {
            #expect(throws: PayloadFormatError("Opus without a channel mapping")) {
                try Self.format(Self.head("02", mapping))
            }
        }
    }

    @Test func refusals() {
        #expect(throws: PayloadFormatError("Opus with channels of no stated meaning (mapping family 255)")) {
            try Self.format(Self.head("02", "FF 02 00 00 01"))
        }
        #expect(throws: PayloadFormatError("Opus with 0 channels: RFC 7587 carries one or two")) {
            try Self.format("", channels: 0)
        }
        #expect(throws: PayloadFormatError("Opus with 6 channels: RFC 7587 carries one or two")) {
            try Self.format(Self.head("06", "00"))
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
