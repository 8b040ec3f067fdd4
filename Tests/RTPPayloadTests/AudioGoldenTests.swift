import MediaCore
import RTPPayload
import Testing

/// Units of audio recordings, packetized by us and by FFmpeg or GStreamer: see Golden/README.md.
@Suite struct AudioGoldenTests {
    private static func packets(
        _ golden: GoldenFile, _ format: PayloadFormat, prefix: Int = 0
    ) throws -> [[UInt8]] {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: golden.mtu)
        var packetizer = format.packetizer(layout)
        return try golden.units.flatMap { unit in
            guard let framing = format.sampleFraming(in: layout) else {
                return try Packetized(&packetizer, unit.bytes, layout: layout, markers: .any).packets
            }
            return try framing.pieces(of: unit.bytes).map {
                try Packetized(&packetizer, $0, layout: layout, markers: .none).packets[0]
            }
        }
    }

    private static func format(_ codec: Codec, _ golden: GoldenFile, rate: Int, channels: Int) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: codec, kind: .audio, configuration: golden.configuration, sampleRate: rate, channels: channels),
            firstUnit: golden.units[0].bytes)
    }

    private static func payloads(_ packets: [[UInt8]]) -> [[UInt8]] { packets.map { Array($0[12...]) } }

    @Test(arguments: ["mpa-ffmpeg-fragments", "mpa-gst-fragments"], [0, 4])
    func mpegAudio(name: String, prefix: Int) throws {
        let golden = try GoldenFile(name)
        let ours = try Self.packets(
            golden, Self.format(.mpegAudio, golden, rate: 44_100, channels: 2), prefix: prefix)
        #expect(ours.count >= 12 && Self.payloads(ours) == Self.payloads(golden.packets))
        // GStreamer marks the end of a frame.
        if name.contains("ffmpeg") { #expect(ours.map { $0[1] & 0x80 } == golden.packets.map { $0[1] & 0x80 }) }
        #expect(golden.packets[0][1] == 14)
    }

    /// FFmpeg keeps back the last frame, in wait of another for the same packet.
    @Test func mpegAudioFrames() throws {
        let golden = try GoldenFile("mpa-ffmpeg-single")
        let ours = try Self.packets(golden, Self.format(.mpegAudio, golden, rate: 44_100, channels: 2))
        #expect(ours.count == golden.units.count && golden.packets.count == ours.count - 1)
        #expect(Self.payloads(ours).starts(with: Self.payloads(golden.packets)))
    }

    @Test func ac3() throws {
        let golden = try GoldenFile("ac3-gst-single")
        let ours = try Self.packets(golden, Self.format(.ac3, golden, rate: 0, channels: 0), prefix: 4)
        #expect(ours.count == 4 && Self.payloads(ours) == Self.payloads(golden.packets))
        #expect(ours.map { $0[1] } == golden.packets.map { $0[1] })
    }

    /// GStreamer says FT=1 although the fragment has less than 5/8 of the frame.
    @Test func ac3Fragments() throws {
        let golden = try GoldenFile("ac3-gst-fragments")
        let ours = try Self.packets(golden, Self.format(.ac3, golden, rate: 0, channels: 0))
        let theirs = Self.payloads(golden.packets).map { $0[0] == 1 ? [2] + $0[1...] : $0 }
        #expect(ours.count == 12 && Self.payloads(ours) == theirs)
        #expect(ours.map { $0[1] } == golden.packets.map { $0[1] })
    }

    private static let recordings: [(name: String, codec: Codec, rate: Int, channels: Int)] = [
        ("l16-ffmpeg", .pcm(PCMTests.linear(.signed, 16)), 44_100, 2),
        ("l24-gst", .pcm(PCMTests.linear(.signed, 24)), 48_000, 1),
        ("pcmu-ffmpeg", .pcmu, 8000, 1),
        ("pcma-gst", .pcma, 8000, 1),
    ]

    /// The same packets where these are full, the same bytes in all: the senders cut units at places of their own.
    @Test(arguments: recordings)
    func samples(row: (name: String, codec: Codec, rate: Int, channels: Int)) throws {
        let golden = try GoldenFile(row.name)
        let format = try Self.format(row.codec, golden, rate: row.rate, channels: row.channels)
        let ours = Self.payloads(try Self.packets(golden, format))
        let theirs = Self.payloads(golden.packets)
        #expect(ours.count >= 5 && ours[0] == theirs[0])
        #expect(Array(ours.joined()) == Array(theirs.joined()))
        if let type = format.staticPayloadType { #expect(golden.packets[0][1] & 0x7F == type) }
    }

    @Test func eightBitSamples() throws {
        let golden = try GoldenFile("l8-gst")
        let codec = CodecDescription(codec: .other(""), kind: .audio, sampleRate: 8000, channels: 1)
        let format = try PayloadFormat.linearAudio(codec, PCMTests.linear(.unsigned, 8), eightBit: .asTheyAre)
        let ours = Self.payloads(try Self.packets(golden, format))
        #expect(ours.count == 6 && ours == Self.payloads(golden.packets))
    }

    @Test(arguments: ["opus-ffmpeg", "opus-gst"]) func opus(name: String) throws {
        let golden = try GoldenFile(name)
        let format = try Self.format(.opus, golden, rate: 48_000, channels: 2)
        let ours = try Self.packets(golden, format)
        #expect(ours.count == 6 && Self.payloads(ours) == Self.payloads(golden.packets))
        if name == "opus-ffmpeg" {
            let media = format.sdpMedia(payloadType: 97)
            #expect(golden.descriptions == ["a=rtpmap:\(media.rtpmap)", "a=fmtp:\(try #require(media.fmtp))"])
        }
    }

    /// Four channels, whose layout stands in the first frame: FFmpeg takes it out of that, we leave it in.
    @Test func adts() throws {
        let golden = try GoldenFile("adts-ffmpeg")
        let format = try Self.format(.aac, golden, rate: 44_100, channels: 4)
        let config = try #require(format.fmtp.first { $0.name == "config" })
        #expect(golden.descriptions[1].hasSuffix("config=\(config.value)"))
        #expect(golden.descriptions[0] == "a=rtpmap:97 MPEG4-GENERIC/44100/\(try #require(format.channels))")
        let ours = try Self.packets(golden, format)
        #expect(golden.packets.count >= 4)
        #expect(
            Self.payloads(Array(ours.dropFirst())).starts(with: Self.payloads(Array(golden.packets.dropFirst()))))
        let (first, theirs) = (ours[0][16...], golden.packets[0][16...])
        #expect(first.count > theirs.count && Array(first.suffix(theirs.count)) == Array(theirs))
    }
}
