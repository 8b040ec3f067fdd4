internal import MediaCore

/// What an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) says about a frame's length: in samples of the core, so that
/// SBR, which doubles samples and rate, makes no difference.
struct AACFrame: Sendable {
    let count: SampleCounter.Count

    /// Nil if there is no configuration, or none that tells.
    init?(configuration: [UInt8]) {
        var reader = BitReader(configuration)
        guard var type = Self.objectType(&reader), let rate = Self.rate(&reader), rate > 0, reader.skip(4) else {
            return nil
        }
        if type == 5 || type == 29 {
            guard Self.rate(&reader) != nil, let core = Self.objectType(&reader) else { return nil }
            type = core
        }
        guard let isShort = reader.flag() else { return nil }
        // ER AAC LD and ELD: 4.4.1 and 4.6.20.
        let isLowDelay = type == 23 || type == 39
        let samples = isLowDelay ? (isShort ? 480 : 512) : (isShort ? 960 : 1024)
        count = SampleCounter.Count(samples: samples, rate: rate)
    }

    private static func objectType(_ reader: inout BitReader) -> UInt32? {
        guard let type = reader.bits(5) else { return nil }
        return type < 31 ? type : reader.bits(6).map { 32 + $0 }
    }

    private static func rate(_ reader: inout BitReader) -> Int32? {
        guard let index = reader.bits(4) else { return nil }
        return index == 15 ? reader.bits(24).map { Int32($0) } : rate(index: Int(index))
    }

    /// Table 1.18, Hz; nil for the reserved indices.
    static func rate(index: Int) -> Int32? {
        let rates: [Int32] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
        ]
        return rates.indices.contains(index) ? rates[index] : nil
    }
}
