internal import MediaCore

/// Levels of simple and main profile, which their streams do not state: SMPTE 421M annex D, as RFC 4425 6.1 numbers them.
enum VC1Level {
    private struct Limit {
        let number: Int
        /// Of 16 x 16 pixels.
        let macroblocksPerFrame: Int
        let macroblocksPerSecond: Int
        /// Bits per second.
        let bitRate: Int64
    }

    private static let simple = [
        Limit(number: 1, macroblocksPerFrame: 99, macroblocksPerSecond: 1485, bitRate: 96_000),
        Limit(number: 2, macroblocksPerFrame: 396, macroblocksPerSecond: 5940, bitRate: 384_000),
    ]
    private static let main = [
        Limit(number: 1, macroblocksPerFrame: 396, macroblocksPerSecond: 7200, bitRate: 2_000_000),
        Limit(number: 2, macroblocksPerFrame: 1620, macroblocksPerSecond: 40_500, bitRate: 10_000_000),
        Limit(number: 3, macroblocksPerFrame: 8192, macroblocksPerSecond: 245_760, bitRate: 20_000_000),
    ]

    /// The least that has room for the pictures; the highest if none has.
    static func least(for sequence: VC1Sequence, _ codec: CodecDescription) -> Int {
        let macroblocks = (codec.width + 15) / 16 * ((codec.height + 15) / 16)
        let rate = min(2 + 4 * sequence.quantizedFrameRate, 30)
        let limits = sequence.profile == .simple ? simple : main
        let level = limits.first {
            macroblocks <= $0.macroblocksPerFrame && macroblocks * rate <= $0.macroblocksPerSecond
                && codec.bitRate <= $0.bitRate
        }
        return level?.number ?? limits.count
    }
}
