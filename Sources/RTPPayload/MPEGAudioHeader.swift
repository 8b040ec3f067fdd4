/// The header of an MPEG audio frame: ISO/IEC 11172-3 2.4.1.3, 13818-3 2.4.1.3; MPEG-2.5 halves the rates of MPEG-2 once more.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     sync (all ones) |ver|lay|C|bit rate| sr|P|.| mode ...      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
struct MPEGAudioHeader: Hashable, Sendable {
    /// Of the whole frame, header included; nil for the free format, whose header does not say.
    let frameBytes: Int?

    /// kbit/s by bit rate index; index 0 is the free format.
    private static let bitRates:
        (InlineArray<15, Int>, InlineArray<15, Int>, InlineArray<15, Int>, InlineArray<15, Int>, InlineArray<15, Int>) =
            (
                [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],  // MPEG-1 layer 1
                [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],  // MPEG-1 layer 2
                [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],  // MPEG-1 layer 3
                [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],  // MPEG-2 layer 1
                [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]  // MPEG-2 layers 2 and 3
            )

    /// Nil if no header stands at `offset`; any offset is allowed.
    init?(_ unit: UnsafeRawBufferPointer, at offset: Int) {
        guard offset >= 0, offset <= unit.count - 4 else { return nil }
        let (second, third) = (unit[offset + 1], unit[offset + 2])
        guard unit[offset] == 0xFF, second & 0xE0 == 0xE0 else { return nil }
        // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5.
        let version = second >> 3 & 3
        // 3: layer 1, 1: layer 3.
        let layer = second >> 1 & 3
        let (bitRateIndex, rateIndex) = (Int(third >> 4), Int(third >> 2 & 3))
        guard version != 1, layer != 0, bitRateIndex != 15, rateIndex != 3 else { return nil }
        let bitRates =
            switch (version, layer) {
            case (3, 3): Self.bitRates.0
            case (3, 2): Self.bitRates.1
            case (3, _): Self.bitRates.2
            case (_, 3): Self.bitRates.3
            default: Self.bitRates.4
            }
        guard bitRateIndex != 0 else {
            self.frameBytes = nil
            return
        }
        let bitRate = 1000 * bitRates[bitRateIndex]
        let sampleRate =
            (rateIndex == 0 ? 44_100 : rateIndex == 1 ? 48_000 : 32_000) >> (version == 3 ? 0 : version == 2 ? 1 : 2)
        let padding = Int(third >> 1 & 1)
        self.frameBytes =
            switch (version, layer) {
            case (_, 3): (12 * bitRate / sampleRate + padding) * 4
            // Half as many samples a frame: 576.
            case (0, 1), (2, 1): 72 * bitRate / sampleRate + padding
            default: 144 * bitRate / sampleRate + padding
            }
    }
}
