import ByteFixtures
import MediaCore
import RTPPayload
import Testing

/// Whatever a file holds, the audio packetizers make packets of it or an error, and never trap.
@Suite struct AudioFuzzTests {
    private static let codecs: [Codec] = [
        .aac, .mpegAudio, .ac3, .eac3, .opus, .pcmu, .pcma, .pcm(PCMTests.linear(.float, 32)),
        .pcm(PCMTests.linear(.signed, 24)),
    ]
    /// Headers that lead deeper than noise does.
    private static let starts = [
        "FFFB9064", "FFFB0064", "FFF380C4", "0B7700001E404000", "0B7702FF3F80", "0B7721935048 2F84", "FFF15080",
        "FFF05000", "4F707573",
        "",
    ]

    @Test(arguments: codecs, 1...40 as ClosedRange<UInt64>) func noise(codec: Codec, seed: UInt64) throws {
        var random = TestRandom(seed)
        let noise = { (random: inout TestRandom) in
            hex(Self.starts.randomElement(using: &random)!) + random.bytes(Int.random(in: 0...900, using: &random))
                + hex(Self.starts.randomElement(using: &random)!)
        }
        let codec = CodecDescription(
            codec: codec, kind: .audio, configuration: Bool.random(using: &random) ? [] : [0x12, 0x10],
            sampleRate: Int.random(in: -1...200_000, using: &random), channels: Int.random(in: -1...3, using: &random))
        let format: PayloadFormat
        do { format = try PayloadFormat.make(for: codec, firstUnit: noise(&random)) } catch { return }
        let layout = PacketLayout(prefix: 0, maximumPacketSize: Int.random(in: 128...400, using: &random))
        var packetizer = format.packetizer(layout)
        for _ in 0..<20 {
            var unit = noise(&random)
            if let framing = format.sampleFraming(in: layout) {
                unit = framing.pieces(of: unit).first ?? []
            }
            _ = try? Packetized(&packetizer, unit, layout: layout, markers: .any)
        }
    }
}
