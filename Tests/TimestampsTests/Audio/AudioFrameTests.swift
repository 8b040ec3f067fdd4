import MediaCore
import Testing
import Timestamps

@Suite struct AudioFrameTests {
    /// A header, and what it says: bytes, samples, rate, bit rate.
    private struct Example {
        let kind: AudioFrame.Kind
        let header: [UInt8]
        let length: Int
        let samples: Int
        let rate: Int32
        let bitRate: Int?

        static func ac3(
            _ header: [UInt8], length: Int = 768, samples: Int = 1536, rate: Int32 = 48_000, bitRate: Int?
        ) -> Example {
            Example(kind: .ac3, header: header, length: length, samples: samples, rate: rate, bitRate: bitRate)
        }
    }

    private static let examples: [Example] = [
        // MPEG-1 layer III, 128 kbit/s, without and with padding; MPEG-2 layer III, 64 kbit/s.
        Example(
            kind: .mpegAudio, header: [0xFF, 0xFB, 0x90, 0x64], length: 417, samples: 1152, rate: 44_100,
            bitRate: 128_000),
        Example(
            kind: .mpegAudio, header: [0xFF, 0xFB, 0x92, 0x64], length: 418, samples: 1152, rate: 44_100,
            bitRate: 128_000),
        Example(
            kind: .mpegAudio, header: [0xFF, 0xF3, 0x84, 0x64], length: 192, samples: 576, rate: 24_000, bitRate: 64_000
        ),
        // ADTS: AAC LC, one block and two.
        Example(
            kind: .adts, header: [0xFF, 0xF1, 0x50, 0x80, 0x2E, 0x7F, 0xFC], length: 371, samples: 1024, rate: 44_100,
            bitRate: nil),
        Example(
            kind: .adts, header: [0xFF, 0xF1, 0x4C, 0x80, 0x2E, 0x7F, 0xFD], length: 371, samples: 2048, rate: 48_000,
            bitRate: nil),
        // AC-3, 192 kbit/s: at 48 kHz, at 44.1 kHz of both lengths, at half the rate; a byte-swapped one.
        .ac3([0x0B, 0x77, 0, 0, 0x14, 0x40], bitRate: 192_000),
        .ac3([0x0B, 0x77, 0, 0, 0x54, 0x40], length: 834, rate: 44_100, bitRate: 192_000),
        .ac3([0x0B, 0x77, 0, 0, 0x55, 0x40], length: 836, rate: 44_100, bitRate: 192_000),
        .ac3([0x0B, 0x77, 0, 0, 0x14, 0x48], rate: 24_000, bitRate: 96_000),
        .ac3([0x77, 0x0B, 0, 0, 0x40, 0x14], bitRate: 192_000),
        // Enhanced AC-3: six blocks; one block; a dependent substream, which sounds with the frame before it.
        .ac3([0x0B, 0x77, 0x01, 0x7F, 0x30, 0x80], bitRate: nil),
        .ac3([0x0B, 0x77, 0x01, 0x7F, 0x00, 0x80], samples: 256, bitRate: nil),
        .ac3([0x0B, 0x77, 0x41, 0x7F, 0x30, 0x80], samples: 0, bitRate: nil),
    ]

    private static func frame(_ kind: AudioFrame.Kind, _ bytes: [UInt8], at offset: Int) -> AudioFrame? {
        AudioFrame(kind, bytes.span.bytes, at: offset)
    }

    @Test func headers() throws {
        for example in Self.examples {
            let bytes = [0, 0, 0] + example.header
            let frame = try #require(Self.frame(example.kind, bytes, at: 3))
            #expect(frame.length == example.length && frame.samples == example.samples && frame.rate == example.rate)
            #expect(frame.bitRate == example.bitRate)
            #expect(frame.duration == MediaTime(ticks: Int64(example.samples), timeBase: TimeBase(1, example.rate)))
            // One byte less, and one place farther, is none.
            let cut = Array(bytes.dropLast())
            #expect(Self.frame(example.kind, cut, at: 3) == nil)
            #expect(Self.frame(example.kind, bytes, at: 4) == nil)
        }
    }

    @Test(arguments: AudioFrame.Kind.allCases) func `what tells no length is none`(kind: AudioFrame.Kind) {
        let headers: [[UInt8]] = [
            // The free format; reserved codes of size and rate; an ADTS length of 6.
            [0xFF, 0xFB, 0x00, 0x64, 0, 0, 0], [0x0B, 0x77, 0, 0, 0x26, 0x40, 0], [0x0B, 0x77, 0, 0, 0xC0, 0x40, 0],
            [0xFF, 0xF1, 0x50, 0x80, 0x00, 0xDF, 0xFC], [UInt8](repeating: 0, count: 7),
            [UInt8](repeating: 0xFF, count: 7), [],
        ]
        for header in headers { #expect(Self.frame(kind, header, at: 0) == nil) }
    }

    @Test func `any bytes will do`() {
        var seed: UInt64 = 1
        let bytes = (0..<20_000).map { _ -> UInt8 in
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: seed >> 56)
        }
        for kind in AudioFrame.Kind.allCases {
            for offset in 0...bytes.count {
                let frame = Self.frame(kind, bytes, at: offset)
                #expect(frame.map { $0.length > 0 && $0.rate > 0 && $0.samples >= 0 } ?? true)
            }
        }
    }
}
