import MediaCore
import RTPPayload
import Testing

@Suite struct LATMTests {
    private static func codec() -> CodecDescription {
        CodecDescription(codec: .latm, kind: .audio, sampleRate: 44_100, channels: 2)
    }

    /// FFmpeg puts the same frames, taken from an MP4, in the same packets; its LATM repeats the configuration in every 20th element.
    @Test func ffmpeg() throws {
        let golden = try GoldenFile("latm-ffmpeg")
        let format = try PayloadFormat.make(for: Self.codec(), firstUnit: golden.units[0].bytes)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: golden.mtu)
        var packetizer = format.packetizer(layout)
        let ours = try golden.units.flatMap { try Packetized(&packetizer, $0.bytes, layout: layout).packets }
        #expect(ours.count > golden.units.count && golden.units.count > 20)
        #expect(ours.map { Array($0[12...]) } == golden.packets.map { Array($0[12...]) })
        let fmtp = try #require(golden.descriptions.last)
        let configuration = try #require(format.fmtp.first { $0.name == "config" }).value
        // FFmpeg's MP4 has a backward compatible extension, which says that there is no SBR; its LATM has not.
        let theirs = try #require(fmtp.split(separator: "config=").last)
        #expect(theirs.hasPrefix(configuration))
        #expect(golden.descriptions[0] == "a=rtpmap:97 MPEG4-GENERIC/44100/2")
        #expect(format.sdpMedia(payloadType: 97).rtpmap == "97 mpeg4-generic/44100/2")
    }

    @Test func refusals() throws {
        let golden = try GoldenFile("latm-ffmpeg")
        // The second element has no configuration.
        #expect(throws: PayloadFormatError("LATM without a StreamMuxConfig")) {
            try PayloadFormat.make(for: Self.codec(), firstUnit: golden.units[1].bytes)
        }
        #expect(throws: PayloadFormatError("LATM element cut off")) { try PayloadFormat.make(for: Self.codec()) }
        #expect(throws: PayloadFormatError("no LOAS sync word")) {
            try PayloadFormat.make(for: Self.codec(), firstUnit: [1, 2, 3])
        }
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 200)
        var packetizer = try PayloadFormat.make(for: Self.codec(), firstUnit: golden.units[0].bytes).packetizer(layout)
        #expect(throws: PacketizationError.malformed("LATM frame cut off", offset: 0)) {
            try Packetized(&packetizer, Array(golden.units[1].bytes.dropLast(4)), layout: layout)
        }
    }
}
