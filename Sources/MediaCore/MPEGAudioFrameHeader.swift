/// The header of a frame of MPEG-1, MPEG-2 and MPEG-2.5 audio: ISO/IEC 11172-3 2.4.1.3, 13818-3 2.4.1.3.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------------+---+---+-+-------+---+-+-+---+---+-+-+---+
/// | syncword            |ver|lay|p|bitrate|frq|pad|mode|...        |
/// +---------------------+---+---+-+-------+---+-+-+---+---+-+-+---+
/// ```
package struct MPEGAudioFrameHeader: Hashable, Sendable {
    package static let size = 4

    /// Per channel.
    package let samples: Int
    /// Samples per second.
    package let rate: Int32
    /// 1 to 3.
    package let layer: Int
    /// Bytes of the frame, header included; nil in the free format.
    package let length: Int?
    /// Per second; nil in the free format.
    package let bitRate: Int?

    /// Nil if no header is at `offset`, or not all of it.
    package init?(_ bytes: RawSpan, at offset: Int) {
        guard offset >= 0, bytes.byteCount - offset >= Self.size else { return nil }
        func byte(_ index: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self) }
        guard byte(0) == 0xFF, byte(1) & 0xE0 == 0xE0 else { return nil }
        // 0 MPEG-2.5, 2 MPEG-2, 3 MPEG-1; layer 3 to 1 as 1 to 3.
        let version = Int(byte(1) >> 3 & 3)
        let layer = 4 - Int(byte(1) >> 1 & 3)
        let (rateIndex, bitRateIndex) = (Int(byte(2) >> 2 & 3), Int(byte(2) >> 4))
        guard version != 1, layer != 4, rateIndex != 3, bitRateIndex != 15 else { return nil }
        let isFirst = version == 3
        let rate = [44_100, 48_000, 32_000][rateIndex] / (isFirst ? 1 : version == 2 ? 2 : 4)
        let samples = layer == 1 ? 384 : layer == 3 && !isFirst ? 576 : 1152
        (self.rate, self.samples, self.layer) = (Int32(rate), samples, layer)
        guard bitRateIndex > 0 else {
            (length, self.bitRate) = (nil, nil)
            return
        }
        let bitRate = Self.bitRate(index: bitRateIndex, layer: layer, isFirst: isFirst)
        self.bitRate = bitRate
        let padding = Int(byte(2) >> 1 & 1)
        length = layer == 1 ? (12 * bitRate / rate + padding) * 4 : samples / 8 * bitRate / rate + padding
    }

    /// Whether a frame with this header and one with `other` can follow each other in one stream.
    package func agrees(with other: MPEGAudioFrameHeader) -> Bool {
        rate == other.rate && layer == other.layer && samples == other.samples
    }

    /// Bits per second.
    private static func bitRate(index: Int, layer: Int, isFirst: Bool) -> Int {
        let kilobits: [Int] =
            switch (isFirst, layer) {
            case (true, 1): [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
            case (true, 2): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
            case (true, _): [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
            case (false, 1): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
            case (false, _): [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
            }
        return kilobits[index - 1] * 1000
    }
}
