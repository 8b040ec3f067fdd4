import ByteFixtures
import MediaCore
import Testing

@testable import RTPPayload

@Suite struct AudioSpecificConfigTests {
    struct Case: Sendable {
        var config: String
        var objectType = 2
        var rate: UInt32
        var channels: Int
        var samples = 1024
        var extended: UInt32?
        var parametricStereo = false
        var level: UInt8
    }

    static let cases: [Case] = [
        // FFmpeg's and fdk-aac's own configurations.
        Case(config: "1210", rate: 44_100, channels: 2, level: 0x29),
        Case(config: "1190", rate: 48_000, channels: 2, level: 0x29),
        Case(config: "1588", rate: 8_000, channels: 1, level: 0x28),
        Case(config: "1408", rate: 16_000, channels: 1, level: 0x28),
        Case(config: "1010", rate: 96_000, channels: 2, level: 0x2B),
        Case(config: "11B0", rate: 48_000, channels: 6, level: 0x2B),
        Case(config: "11B8", rate: 48_000, channels: 8, level: 0xFE),
        Case(config: "1214", rate: 44_100, channels: 2, samples: 960, level: 0x29),
        Case(config: "0A10", objectType: 1, rate: 44_100, channels: 2, level: 0x01),
        // Sampling rate in full: 2 | 15 | 44100 | 2 | 000.
        Case(config: "1780562210", rate: 44_100, channels: 2, level: 0x29),
        // SBR hierarchical: 5 | 7 (22,050) | 2 | 4 (44,100) | 2.
        Case(config: "2B920800", rate: 22_050, channels: 2, extended: 44_100, level: 0x2C),
        // PS hierarchical: 29 | 7 | 1 | 4 | 2.
        Case(config: "EB8A0800", rate: 22_050, channels: 1, extended: 44_100, parametricStereo: true, level: 0x30),
        // SBR backward compatible: AAC LC, then 0x2B7 | 5 | 1 | 5 (32,000).
        Case(config: "141056E5A8", rate: 16_000, channels: 2, extended: 32_000, level: 0x2C),
        // The same with PS: 0x548 | 1.
        Case(
            config: "140856E5AD4880", rate: 16_000, channels: 1, extended: 32_000, parametricStereo: true, level: 0x30),
        // "There is no SBR", as FFmpeg's encoder writes it.
        Case(config: "121056E500", rate: 44_100, channels: 2, level: 0x29),
        // ER AAC LD, 480 samples.
        Case(config: "BA14 00", objectType: 23, rate: 44_100, channels: 2, samples: 480, level: 0xFE),
        // ER AAC ELD: 31 | 7 (39) | 4 | 2 | 512 samples.
        Case(config: "F8E8 4000", objectType: 39, rate: 44_100, channels: 2, samples: 512, level: 0xFE),
    ]

    @Test(arguments: cases) func parses(expected: Case) throws {
        let config = try AudioSpecificConfig(parsing: hex(expected.config))
        #expect(config.objectType == expected.objectType)
        #expect(config.sampleRate.hertz == expected.rate)
        #expect(config.channels == expected.channels)
        #expect(config.samplesPerUnit == expected.samples)
        #expect(config.extensionSampleRate?.hertz == expected.extended)
        #expect(config.hasParametricStereo == expected.parametricStereo)
        #expect(config.profileLevelIndication == expected.level)
    }

    /// Channel configuration 0: speakers are listed. One front single, one front pair, one back pair, one LFE; mono and
    /// matrix mixdown.
    @Test func programConfigElement() throws {
        let bits =
            "00010 0100 0000 000" + "0000 01 0100 0010 0000 0001 01 000 0000" + "1 0011 0 1 011"
            + "0 0000 1 0000 1 0001 0000"
        var bytes: [UInt8] = []
        var digits = bits.filter { $0 != " " }
        while digits.count % 8 != 0 { digits += "0" }
        for start in stride(from: 0, to: digits.count, by: 8) {
            bytes.append(UInt8(digits.dropFirst(start).prefix(8), radix: 2)!)
        }
        let config = try AudioSpecificConfig(parsing: bytes + [2, 0x41, 0x42] + hex("56E500"))
        #expect(config.channels == 6 && config.lowFrequencyChannels == 1)
        #expect(config.profileLevelIndication == 0x2B)
        #expect(throws: PayloadFormatError.self, "comment cut short") {
            try AudioSpecificConfig(parsing: bytes + [2, 0x41])
        }
    }

    @Test(arguments: [
        ("", "AAC without an AudioSpecificConfig"), ("12", "AAC with a damaged AudioSpecificConfig of 1 bytes"),
        ("1680", "AAC with a damaged AudioSpecificConfig of 2 bytes"),  // reserved rate index 13
        ("1780000010", "AAC with a sampling rate of 0"),
        ("F946 4000", "no RTP payload format for MPEG-4 audio object type 42"),
        ("3210", "no RTP payload format for MPEG-4 audio object type 6"),
    ])
    func refusals(config: String, reason: String) {
        #expect(throws: PayloadFormatError(reason)) { try AudioSpecificConfig(parsing: hex(config)) }
    }

    @Test func lengthIsBounded() {
        #expect(throws: PayloadFormatError.self) {
            try AudioSpecificConfig(parsing: hex("1210") + [UInt8](repeating: 0, count: 511))
        }
    }

    @Test(arguments: 0..<500) func garbage(seed: UInt64) {
        var random = TestRandom(seed)
        let bytes = random.bytes(.random(in: 0...24, using: &random))
        for length in 0...bytes.count {
            if let config = try? AudioSpecificConfig(parsing: Array(bytes[..<length])) {
                _ = config.profileLevelIndication
            }
        }
    }
}
