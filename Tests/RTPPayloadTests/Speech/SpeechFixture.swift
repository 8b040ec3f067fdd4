import ByteFixtures
import MediaCore
import RTPPayload

/// Telephone codecs as containers describe them, and frames of noise.
struct SpeechFixture {
    var codec: CodecDescription
    /// Bytes of frames that the codec has, each with its first byte.
    let frames: [(first: [UInt8], bytes: Int)]

    init(_ codec: Codec, rate: Int = 8000, channels: Int = 1, block: Int = 0, bits: Int = 0) {
        self.codec = CodecDescription(codec: codec, kind: .audio, sampleRate: rate, channels: channels)
        self.codec.blockAlign = block
        self.codec.bitsPerSample = bits
        frames =
            switch codec {
            case .amr: [([0x04], 13), ([0x3C], 32), ([0x38], 32), ([0x44], 6), ([0x7C], 1)]
            case .amrWB: [([0x04], 18), ([0x44], 61), ([0x4C], 6), ([0x74], 1), ([0x7C], 1)]
            case .g7231: [([0xF0], 24), ([0x45], 20), ([0x02], 4), ([0x07], 1)]
            case .qcelp: [([0], 1), ([1], 4), ([2], 8), ([3], 17), ([4], 35), ([14], 1)]
            case .evrc: [([0], 1), ([1], 3), ([3], 11), ([4], 23), ([5], 1)]
            case .g729: [([], 10)]
            case .gsm: [([0xD3], 33)]
            case .gsmMS: [([], 65)]
            case .ilbc: [([], block)]
            case .g726: [([], bits)]
            default: [([], 1)]
            }
    }

    func format() throws(PayloadFormatError) -> PayloadFormat { try PayloadFormat.make(for: codec) }

    func unit(_ count: Int, _ random: inout TestRandom) -> [[UInt8]] {
        (0..<count).map { _ in
            let frame = frames.randomElement(using: &random)!
            return frame.first + random.bytes(frame.bytes - frame.first.count)
        }
    }

    static let all = [
        SpeechFixture(.amr), SpeechFixture(.amrWB, rate: 16_000), SpeechFixture(.g722, rate: 16_000),
        SpeechFixture(.g726(.leastSignificantFirst), block: 1, bits: 2),
        SpeechFixture(.g726(.leastSignificantFirst), block: 3, bits: 3),
        SpeechFixture(.g726(.mostSignificantFirst), block: 1, bits: 4),
        SpeechFixture(.g726(.mostSignificantFirst), block: 5, bits: 5), SpeechFixture(.g7231), SpeechFixture(.g729),
        SpeechFixture(.gsm), SpeechFixture(.gsmMS, block: 65), SpeechFixture(.ilbc, block: 38),
        SpeechFixture(.ilbc, block: 50), SpeechFixture(.qcelp), SpeechFixture(.evrc),
    ]
}

extension SampleFraming {
    /// What the reader cuts `unit` to.
    func pieces(of unit: [UInt8]) -> [[UInt8]] {
        let frames = size.count(in: unit.span.bytes)
        return stride(from: 0, to: frames, by: maximumFrames).map {
            Array(unit[size.range(of: maximumFrames, from: $0, in: unit.span.bytes)])
        }
    }
}
