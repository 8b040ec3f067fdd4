import MediaCore
import Testing

@Suite struct SpeechFramesTests {
    private static func frames(_ codec: Codec, rate: Int = 8000, block: Int = 0, bits: Int = 0) -> SpeechFrames? {
        var codec = CodecDescription(codec: codec, kind: .audio, sampleRate: rate, channels: 1)
        codec.blockAlign = block
        codec.bitsPerSample = bits
        return SpeechFrames(codec)
    }

    private static func length(_ size: SpeechFrames.Size, _ unit: [UInt8], at offset: Int) -> Int? {
        size.length(in: unit.span.bytes, at: offset)
    }

    private static func count(_ size: SpeechFrames.Size, _ unit: [UInt8]) -> Int { size.count(in: unit.span.bytes) }

    private static func range(_ size: SpeechFrames.Size, _ count: Int, from first: Int, _ unit: [UInt8]) -> Range<Int> {
        size.range(of: count, from: first, in: unit.span.bytes)
    }

    /// Samples and rate of a frame.
    @Test func durations() {
        let rows: [(SpeechFrames?, Int, Int32)] = [
            (Self.frames(.amr, rate: 0), 160, 8000), (Self.frames(.amrWB, rate: 8000), 320, 16_000),
            (Self.frames(.g722, rate: 16_000), 2, 16_000), (Self.frames(.g7231), 240, 8000),
            (Self.frames(.g729), 80, 8000), (Self.frames(.gsm), 160, 8000),
            (Self.frames(.gsm, rate: 11_025), 160, 11_025),
            (Self.frames(.gsmMS), 320, 8000), (Self.frames(.ilbc, block: 38), 160, 8000),
            (Self.frames(.ilbc, block: 50), 240, 8000), (Self.frames(.qcelp), 160, 8000),
            (Self.frames(.evrc), 160, 8000),
            (Self.frames(.g726(.leastSignificantFirst), bits: 2), 4, 8000),
            (Self.frames(.g726(.leastSignificantFirst), bits: 3), 8, 8000),
            (Self.frames(.g726(.mostSignificantFirst), bits: 4), 2, 8000),
            (Self.frames(.g726(.mostSignificantFirst), bits: 5), 8, 8000),
        ]
        for (frames, samples, rate) in rows {
            #expect(frames?.samples == samples && frames?.rate == rate)
        }
        for codec in [Self.frames(.ilbc), Self.frames(.g726(.leastSignificantFirst), bits: 1), Self.frames(.opus)] {
            #expect(codec == nil)
        }
    }

    /// By the first byte of a frame: 3GPP TS 26.101 and 26.201, ITU-T G.723.1, RFC 2658, RFC 3558.
    @Test func lengths() {
        let amr = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1]
        let amrWB = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1]
        let rows: [(SpeechFrames.Size, [(UInt8, Int?)])] = [
            (.amr, amr.enumerated().map { (UInt8($0.offset << 3 | 4), $0.element) }),
            (.amrWB, amrWB.enumerated().map { (UInt8($0.offset << 3), $0.element) }),
            (.g7231, [(0xFC, 24), (1, 20), (0x42, 4), (3, 1)]), (.g729, [(0xFF, 10)]),
            (.qcelp, [(0, 1), (1, 4), (2, 8), (3, 17), (4, 35), (5, nil), (14, 1), (15, nil)]),
            (.evrc, [(0, 1), (1, 3), (2, nil), (3, 11), (4, 23), (5, 1), (6, nil)]), (.constant(33), [(0, 33)]),
        ]
        for (size, lengths) in rows {
            for (first, length) in lengths {
                let unit = [9, first] + [UInt8](repeating: 0, count: 80)
                #expect(Self.length(size, unit, at: 1) == length)
                guard let length else { continue }
                #expect(length <= size.maximum)
                #expect(Self.length(size, Array(unit[..<(1 + length)]), at: 1) == length)
                #expect(Self.length(size, Array(unit[..<length]), at: 1) == nil, "cut off")
            }
            #expect(Self.length(size, [], at: 0) == nil)
        }
    }

    @Test func ranges() {
        let unit: [UInt8] = [0x7C] + [0x44, 1, 2, 3, 4, 5] + [0x7C, 0x7C] + [0x44, 1]
        #expect(Self.count(.amr, unit) == 4)
        #expect(Self.range(.amr, 2, from: 0, unit) == 0..<7)
        #expect(Self.range(.amr, 2, from: 1, unit) == 1..<8)
        #expect(Self.range(.amr, 9, from: 3, unit) == 8..<9)
        #expect(Self.range(.amr, 9, from: 4, unit) == 9..<9)
        #expect(Self.count(.constant(4), unit) == 2)
        #expect(Self.range(.constant(4), 1, from: 1, unit) == 4..<8)
        #expect(Self.range(.constant(4), 5, from: 1, unit) == 4..<8)
        #expect(Self.range(.constant(4), 5, from: 7, unit) == 8..<8)
        let comfortNoise = [UInt8](repeating: 1, count: 22)
        #expect(Self.count(.g729, comfortNoise) == 3)
        #expect(Self.range(.g729, 2, from: 1, comfortNoise) == 10..<22)
    }

    /// From frame to frame, or from the start again: the same places.
    @Test func `walking on gives the ranges that counting gives`() {
        let sizes: [SpeechFrames.Size] = [.amr, .amrWB, .g7231, .g729, .qcelp, .evrc, .constant(3), .constant(33)]
        for size in sizes {
            let unit = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 37 >> 1) & 0x7C }
            for first in 0..<20 {
                for count in 0..<5 {
                    let whole = Self.range(size, count, from: first, unit)
                    let start = Self.range(size, 0, from: first, unit).lowerBound
                    #expect(size.range(of: count, at: start, in: unit.span.bytes) == whole)
                }
            }
        }
    }
}
