import MediaCore
import RTPPayload
import Testing

/// Units of telephone codecs, packetized by us and by FFmpeg or GStreamer: see Golden/README.md.
@Suite struct SpeechGoldenTests {
    private static func payloads(_ golden: GoldenFile, _ fixture: SpeechFixture) throws -> [[UInt8]] {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: golden.mtu)
        let format = try fixture.format()
        let framing = try #require(format.sampleFraming(in: layout))
        var packetizer = format.packetizer(layout)
        return try golden.units.flatMap { framing.pieces(of: $0.bytes) }.map {
            try Packetized(&packetizer, $0, layout: layout, markers: .none).payloads[0]
        }
    }

    private static let recordings: [(name: String, fixture: SpeechFixture)] = [
        ("amr-gst", SpeechFixture(.amr)), ("amrwb-gst", SpeechFixture(.amrWB)),
        ("gsm-gst", SpeechFixture(.gsmMS, block: 65)),
    ]

    /// Every payload.
    @Test(arguments: recordings) func frames(name: String, fixture: SpeechFixture) throws {
        let golden = try GoldenFile(name)
        let theirs = golden.packets.map { Array($0[12...]) }
        let ours = try Self.payloads(golden, fixture)
        // Microsoft's blocks have two frames, which go into one packet.
        let frames =
            fixture.codec.codec == .gsmMS
            ? stride(from: 0, to: theirs.count, by: 2).map { theirs[$0] + theirs[$0 + 1] } : theirs
        #expect(ours.count >= 5 && ours == frames)
    }

    private static let samples: [(name: String, fixture: SpeechFixture)] =
        [("g722-ffmpeg", SpeechFixture(.g722, rate: 16_000))]
        + [(16, 2), (24, 3), (32, 4), (40, 5)].map { rate, bits in
            ("g726-\(rate)-ffmpeg", SpeechFixture(.g726(.mostSignificantFirst), block: bits, bits: bits))
        }

    /// All payloads joined: FFmpeg cuts units at places of its own. FFmpeg sends what its other encoder packs.
    @Test(arguments: samples) func joined(name: String, fixture: SpeechFixture) throws {
        let golden = try GoldenFile(name)
        let theirs = Array(golden.packets.map { $0[12...] }.joined())
        let ours = Array(try Self.payloads(golden, fixture).joined())
        #expect(theirs.count >= 400 && ours == theirs)
    }
}
