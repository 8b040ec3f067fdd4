/// The header of MPEG-1, MPEG-2 and MPEG-2.5 audio: ISO/IEC 11172-3 2.4.1.3, 13818-3 2.4.1.3.
enum MPEGAudioFrame {
    static func count(in unit: RawSpan) -> SampleCounter.Count? {
        var offset = 0
        var result: SampleCounter.Count?
        while let header = Header(unit, at: offset) {
            if let result, result.rate != header.rate { break }
            result = SampleCounter.Count(samples: (result?.samples ?? 0) + header.samples, rate: header.rate)
            guard let length = header.length, length <= unit.byteCount - offset else { break }
            offset += length
        }
        return result
    }

    private struct Header {
        var samples: Int
        var rate: Int32
        /// Bytes; nil in the free format.
        var length: Int?

        init?(_ unit: RawSpan, at offset: Int) {
            guard unit.byteCount - offset >= 4, unit.byte(offset) == 0xFF, unit.byte(offset + 1) & 0xE0 == 0xE0 else {
                return nil
            }
            let (second, third) = (unit.byte(offset + 1), unit.byte(offset + 2))
            // 0 MPEG-2.5, 2 MPEG-2, 3 MPEG-1; layer 3 to 1 as 1 to 3.
            let version = Int(second >> 3 & 3)
            let layer = 4 - Int(second >> 1 & 3)
            let (rateIndex, bitRateIndex) = (Int(third >> 2 & 3), Int(third >> 4))
            guard version != 1, layer != 4, rateIndex != 3, bitRateIndex != 15 else { return nil }
            let isFirst = version == 3
            rate = [44_100, 48_000, 32_000][rateIndex] / (isFirst ? 1 : version == 2 ? 2 : 4)
            samples = layer == 1 ? 384 : layer == 3 && !isFirst ? 576 : 1152
            guard bitRateIndex > 0 else { return }
            let bitRate = Self.bitRate(index: bitRateIndex, layer: layer, isFirst: isFirst)
            let padding = Int(third >> 1 & 1)
            if layer == 1 {
                length = (12 * bitRate / Int(rate) + padding) * 4
            } else {
                length = samples / 8 * bitRate / Int(rate) + padding
            }
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
}
