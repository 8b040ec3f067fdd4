internal import MediaCore

extension AudioSpecificConfig {
    /// audioProfileLevelIndication, ISO/IEC 14496-3 table 1.14: the least profile and level that can decode this.
    var profileLevelIndication: UInt8 {
        let mainChannels = channels - lowFrequencyChannels
        switch objectType {
        case 2:
            guard let output = extensionSampleRate else {
                return Self.aacLevel(channels: mainChannels, rate: sampleRate.hertz)
            }
            let level = Self.highEfficiencyLevel(channels: mainChannels, core: sampleRate.hertz, output: output.hertz)
            return level.map { (hasParametricStereo ? 0x30 : 0x2C) + $0 - 2 } ?? Self.unspecified
        case 1, 3, 4: return Self.mainLevel(channels: channels, rate: sampleRate.hertz)
        default: return Self.unspecified
        }
    }

    /// "No audio profile specified."
    static let unspecified: UInt8 = 0xFE

    /// AAC profile (table 1.10), levels 1, 2 and 5.
    ///
    /// Level 4 (0x2A, five channels up to 48 kHz) is announced as level 5, which contains it: ExoPlayer reads the
    /// number as an audio object type, and 42 is USAC there.
    private static func aacLevel(channels: Int, rate: UInt32) -> UInt8 {
        switch (channels, rate) {
        case (...2, ...24_000): 0x28
        case (...2, ...48_000): 0x29
        case (...5, ...96_000): 0x2B
        default: unspecified
        }
    }

    /// High Efficiency AAC profile and its version 2 (table 1.11): levels 2 to 5.
    private static func highEfficiencyLevel(channels: Int, core: UInt32, output: UInt32) -> UInt8? {
        switch (channels, core, output) {
        case (...2, ...24_000, ...48_000): 2
        case (...2, ...48_000, ...48_000): 3
        case (...5, ...48_000, ...48_000): 4
        case (...5, ...48_000, ...96_000): 5
        default: nil
        }
    }

    /// Main audio profile (table 1.9), whose levels bound complexity: an AAC Main channel counts 5 processor units at
    /// 48 kHz and 5 memory units (table 1.4); SSR and LTP count less.
    private static func mainLevel(channels: Int, rate: UInt32) -> UInt8 {
        let memory = 5 * channels
        let processor = Int64(memory) * Int64(rate) / 48_000
        switch (processor, memory) {
        case (..<40, ..<20): return 0x01
        case (..<80, ..<64): return 0x02
        case (..<160, ..<128): return 0x03
        default: return 0x04
        }
    }
}
