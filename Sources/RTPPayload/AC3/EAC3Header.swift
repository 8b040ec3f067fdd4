/// The start of an Enhanced AC-3 syncframe: syncinfo and the first of bsi, ETSI TS 102 366 E.1.2.1 and E.1.2.2.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |            0x0B77             |typ|  id |  words - 1          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |fsc|blk|acmod|l|  bsid   | ...
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// A syncframe of plain AC-3 may stand in for the first independent substream (E.1.3.1.1), and is read too.
struct EAC3Header: Hashable, Sendable {
    /// Hz.
    let rate: Int
    /// Of this substream alone.
    let channels: Int
    /// Of the whole syncframe.
    let frameBytes: Int
    /// Adds channels to the independent substream before it.
    let isDependent: Bool

    /// Full bandwidth channels by acmod, table 5.8.
    private static let channelCounts: InlineArray<8, Int> = [2, 1, 2, 3, 3, 4, 4, 5]

    /// Nil if no header stands at `offset`; any offset is allowed.
    init?(_ unit: UnsafeRawBufferPointer, at offset: Int) {
        guard offset >= 0, offset <= unit.count - 6, unit[offset] == 0x0B, unit[offset + 1] == 0x77 else { return nil }
        guard unit[offset + 5] >> 3 > 10 else {
            guard let plain = AC3Header(unit, at: offset) else { return nil }
            (rate, channels, frameBytes, isDependent) = (plain.codeRate, plain.channels, plain.frameBytes, false)
            return
        }
        guard unit[offset + 5] >> 3 <= 16 else { return nil }
        let type = unit[offset + 2] >> 6
        let (rateCode, halfCode) = (unit[offset + 4] >> 6, unit[offset + 4] >> 4 & 3)
        guard type != 3, rateCode != 3 || halfCode != 3 else { return nil }
        let rates = [48_000, 44_100, 32_000]
        rate = rateCode == 3 ? rates[Int(halfCode)] / 2 : rates[Int(rateCode)]
        channels = Self.channelCounts[Int(unit[offset + 4] >> 1 & 7)] + Int(unit[offset + 4] & 1)
        frameBytes = 2 * ((Int(unit[offset + 2] & 7) << 8 | Int(unit[offset + 3])) + 1)
        isDependent = type == 1
    }
}
