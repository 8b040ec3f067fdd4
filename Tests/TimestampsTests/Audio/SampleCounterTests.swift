import MediaCore
import Testing

@testable import Timestamps

@Suite struct SampleCounterTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let codec: Codec
        var configuration: [UInt8] = []
        var rate = 48_000
        var channels = 2
        let unit: [UInt8]
        let samples: Int?
        let unitRate: Int32
    }

    static let rows = [
        Row(
            testDescription: "AAC-LC", codec: .aac, configuration: [0x11, 0x90], unit: [1], samples: 1024,
            unitRate: 48_000),
        Row(
            testDescription: "AAC-LC of 960", codec: .aac, configuration: [0x11, 0x94], unit: [1], samples: 960,
            unitRate: 48_000),
        Row(
            testDescription: "HE-AAC, 22050 Hz core", codec: .aac, configuration: [0x2B, 0x92, 0x08, 0x00],
            rate: 44_100,
            unit: [1], samples: 1024, unitRate: 22_050),
        Row(
            testDescription: "ADTS, 44100 Hz", codec: .aac, unit: [0xFF, 0xF1, 0x50, 0x80, 0x01, 0x1F, 0xFC, 0],
            samples: 1024, unitRate: 44_100),
        Row(
            testDescription: "MP3, 44100 Hz", codec: .mpegAudio, unit: [0xFF, 0xFB, 0x90, 0], samples: 1152,
            unitRate: 44_100),
        Row(
            testDescription: "MP3, 22050 Hz", codec: .mpegAudio, unit: [0xFF, 0xF3, 0x90, 0], samples: 576,
            unitRate: 22_050),
        Row(
            testDescription: "MP3, 11025 Hz", codec: .mpegAudio, unit: [0xFF, 0xE3, 0x90, 0], samples: 576,
            unitRate: 11_025),
        Row(testDescription: "MP2", codec: .mpegAudio, unit: [0xFF, 0xFD, 0x94, 0], samples: 1152, unitRate: 48_000),
        Row(
            testDescription: "layer I", codec: .mpegAudio, unit: [0xFF, 0xFF, 0x94, 0], samples: 384, unitRate: 48_000),
        Row(
            testDescription: "two frames of MP2", codec: .mpegAudio,
            unit: [0xFF, 0xFD, 0x14, 0] + [UInt8](repeating: 0, count: 92) + [0xFF, 0xFD, 0x14, 0], samples: 2304,
            unitRate: 48_000),
        Row(
            testDescription: "AC-3", codec: .ac3, unit: [0x0B, 0x77, 0, 0, 0x1E, 0x40], samples: 1536, unitRate: 48_000),
        Row(
            testDescription: "AC-3 of half rate", codec: .ac3, unit: [0x0B, 0x77, 0, 0, 0x5E, 0x48], samples: 1536,
            unitRate: 22_050),
        Row(
            testDescription: "E-AC-3 of 6 blocks", codec: .eac3, unit: [0x0B, 0x77, 0, 2, 0x34, 0x80],
            samples: 1536,
            unitRate: 48_000),
        Row(
            testDescription: "E-AC-3 of 2 blocks", codec: .eac3, unit: [0x0B, 0x77, 0, 2, 0x14, 0x80],
            samples: 512,
            unitRate: 48_000),
        Row(testDescription: "Opus, 20 ms", codec: .opus, unit: [0xFC, 1], samples: 960, unitRate: 48_000),
        Row(testDescription: "Opus, 2 x 20 ms", codec: .opus, unit: [0xFD, 1], samples: 1920, unitRate: 48_000),
        Row(testDescription: "Opus, 3 x 20 ms", codec: .opus, unit: [0xFF, 3], samples: 2880, unitRate: 48_000),
        Row(testDescription: "Opus beyond 120 ms", codec: .opus, unit: [0xFF, 7], samples: nil, unitRate: 0),
        Row(
            testDescription: "LATM", codec: .latm, unit: [0x56, 0xE0, 7, 0x20, 0, 0x12, 0x10, 0x1F, 0xE0, 0],
            samples: 1024, unitRate: 44_100),
        Row(
            testDescription: "Speex, 2 frames of 320", codec: .speex,
            configuration: Array("Speex   1.2.1".utf8) + [UInt8](repeating: 0, count: 23) + [0x80, 0x3E, 0, 0]
                + [UInt8](repeating: 0, count: 8) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 4) + [0x40, 1, 0, 0]
                + [0, 0, 0, 0, 2, 0, 0, 0] + [UInt8](repeating: 0, count: 12), unit: [1], samples: 640,
            unitRate: 16_000),
        Row(
            testDescription: "PCM", codec: .pcm(PCMFormat(.signed, bits: 16, isBigEndian: false)),
            unit: [UInt8](repeating: 0, count: 400), samples: 100, unitRate: 48_000),
        Row(
            testDescription: "mu-law", codec: .pcmu, rate: 8000, channels: 1, unit: [UInt8](repeating: 0, count: 160),
            samples: 160, unitRate: 8000),
        Row(
            testDescription: "AMR, a frame and silence", codec: .amr, unit: [0x44, 1, 2, 3, 4, 5, 0x7C], samples: 320,
            unitRate: 8000),
        Row(
            testDescription: "AMR-WB", codec: .amrWB, rate: 8000, unit: [0x4C, 1, 2, 3, 4, 5], samples: 320,
            unitRate: 16_000),
        Row(
            testDescription: "G.722", codec: .g722, rate: 16_000, channels: 1, unit: [UInt8](repeating: 0, count: 80),
            samples: 160, unitRate: 16_000),
        Row(
            testDescription: "half a frame of GSM", codec: .gsm, rate: 8000, unit: [0xD0, 1], samples: nil, unitRate: 0),
        Row(testDescription: "no frame", codec: .mpegAudio, unit: [0, 1, 2, 3], samples: nil, unitRate: 0),
        Row(testDescription: "nothing", codec: .ac3, unit: [], samples: nil, unitRate: 0),
        Row(testDescription: "an unknown codec", codec: .other("dts"), unit: [1, 2, 3], samples: nil, unitRate: 0),
    ]

    @Test(arguments: rows) func counts(_ row: Row) {
        var counter = SampleCounter(
            CodecDescription(
                codec: row.codec, kind: .audio, configuration: row.configuration, sampleRate: row.rate,
                channels: row.channels))
        let expected = row.samples.map { SampleCounter.Count(samples: $0, rate: row.unitRate) }
        let count = counter.count(in: row.unit.span.bytes)
        #expect(count == expected)
    }

    private static func counter(_ codec: Codec, rate: Int, block: Int = 0, bits: Int = 0, bitRate: Int64 = 0)
        -> SampleCounter
    {
        var codec = CodecDescription(codec: codec, kind: .audio, sampleRate: rate, channels: 1, bitRate: bitRate)
        codec.blockAlign = block
        codec.bitsPerSample = bits
        return SampleCounter(codec)
    }

    @Test func durationsOfBytes() {
        #expect(Self.counter(.pcmu, rate: 8000).duration(ofBytes: 12_000) == .milliseconds(1500))
        #expect(Self.counter(.gsm, rate: 8000).duration(ofBytes: 67) == .milliseconds(40))
        #expect(Self.counter(.g722, rate: 16_000).duration(ofBytes: 8) == .milliseconds(1))
        #expect(Self.counter(.gsm, rate: 8000).duration(ofBytes: .max) == nil)
        #expect(Self.counter(.amr, rate: 8000).duration(ofBytes: 67) == nil)
        #expect(Self.counter(.mpegAudio, rate: 8000).duration(ofBytes: 67) == nil)
    }

    /// What the header of a container that seeks by bytes says of them.
    @Test func statedByteRates() {
        let g726 = Codec.g726(.mostSignificantFirst)
        let rows: [(SampleCounter, Bool)] = [
            (Self.counter(.pcmu, rate: 8000, bitRate: 64_000), true),
            (Self.counter(.pcmu, rate: 8000, bitRate: 64_001), false),
            (Self.counter(.pcmu, rate: 8000, block: 1), true), (Self.counter(.pcmu, rate: 8000, block: 2), false),
            (Self.counter(.g722, rate: 16_000, bitRate: 64_000), true),
            (Self.counter(.g722, rate: 16_000, bitRate: 128_000), false),
            (Self.counter(.gsmMS, rate: 8000, bitRate: 13_000), true),
            (Self.counter(.gsmMS, rate: 11_025, bitRate: 17_912), false),
            (Self.counter(g726, rate: 8000, bits: 3, bitRate: 24_000), true),
            (Self.counter(.g7231, rate: 8000, bitRate: 6400), false), (Self.counter(.opus, rate: 48_000), false),
        ]
        for (counter, isTrue) in rows { #expect(counter.hasStatedByteRate == isTrue) }
    }

    @Test func noiseDoesNotTrap() {
        var random = SplitMix(state: 3)
        for codec in [Codec.aac, .mpegAudio, .ac3, .opus, .amr, .amrWB, .g7231, .g729, .qcelp, .evrc] {
            for length in 0..<300 {
                var unit = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                for (place, byte) in ([0xFF, 0xFB] as [UInt8]).enumerated() where place < length && length % 2 == 0 {
                    unit[place] = codec == .ac3 ? [0x0B, 0x77][place] : byte
                }
                let configuration = length % 3 == 0 ? Array(unit.prefix(4)) : []
                var counter = SampleCounter(
                    CodecDescription(codec: codec, kind: .audio, configuration: configuration))
                if let count = counter.count(in: unit.span.bytes) { #expect(count.rate > 0 && count.samples > 0) }
            }
        }
    }
}
