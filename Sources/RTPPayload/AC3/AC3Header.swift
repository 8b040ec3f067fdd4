/// The start of an AC-3 frame: syncinfo and the first of bsi, ATSC A/52 5.3.1 and 5.3.2.
/// ```
///  0                   1                   2                   3
/// |       0x0B77  (16)            |           crc1  (16)          |
/// |fscod|frmsizecod | bsid    |bsmod|acmod| ... |lfeon|
/// ```
struct AC3Header: Hashable, Sendable {
    /// Hz: 48,000, 44,100 or 32,000 as fscod says. bsid 9 and 10 halve the sampling rate, once and twice, but not this.
    let codeRate: Int
    let channels: Int
    /// Of the whole frame.
    let frameBytes: Int

    /// kbit/s by frmsizecod / 2, A/52 table 5.18.
    private static let bitRates: InlineArray<19, Int> = [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
    ]
    /// Full bandwidth channels by acmod, table 5.8.
    private static let channelCounts: InlineArray<8, Int> = [2, 1, 2, 3, 3, 4, 4, 5]
    /// bsid of streams at half (9) and a quarter (10) of the rates: beyond A/52, but encoders write and decoders know them, and so they
    /// are in files. Above begins Enhanced AC-3 (annex E).
    private static let maximumIdentification = 10

    /// Nil if no header stands at `offset`; any offset is allowed.
    init?(_ unit: UnsafeRawBufferPointer, at offset: Int) {
        guard offset >= 0, offset <= unit.count - 7, unit[offset] == 0x0B, unit[offset + 1] == 0x77 else { return nil }
        let (rateCode, sizeCode) = (unit[offset + 4] >> 6, Int(unit[offset + 4] & 63))
        let identification = Int(unit[offset + 5] >> 3)
        guard rateCode != 3, sizeCode < 38, identification <= Self.maximumIdentification else { return nil }
        let fullRate = rateCode == 0 ? 48_000 : rateCode == 1 ? 44_100 : 32_000
        self.codeRate = fullRate
        // A frame is 1,536 samples; at 44.1 kHz its 16-bit words do not divide, and an odd code has one more.
        let words = 96_000 * Self.bitRates[sizeCode / 2] / fullRate
        self.frameBytes = 2 * (words + (rateCode == 1 ? sizeCode & 1 : 0))
        let mode = unit[offset + 6] >> 5
        // cmixlev, surmixlev and dsurmod, 2 bits each, stand between acmod and lfeon as acmod has them.
        var position: UInt8 = 3
        if mode & 1 == 1, mode != 1 { position += 2 }
        if mode & 4 != 0 { position += 2 }
        if mode == 2 { position += 2 }
        let hasLowFrequencies = unit[offset + 6] >> (7 - position) & 1 == 1
        self.channels = Self.channelCounts[Int(mode)] + (hasLowFrequencies ? 1 : 0)
    }

    /// A sync word, and a bsid that annex E has for Enhanced AC-3.
    static func isEnhanced(_ unit: [UInt8]) -> Bool {
        unit.count >= 6 && unit[0] == 0x0B && unit[1] == 0x77 && (11...16).contains(unit[5] >> 3)
    }
}
