/// ADTS, ISO/IEC 14496-3 1.A.3.2: frames of up to four blocks of 1024 samples.
enum ADTSFrame {
    static func count(in unit: RawSpan) -> SampleCounter.Count? {
        var offset = 0
        var result: SampleCounter.Count?
        while unit.byteCount - offset >= 7, unit.byte(offset) == 0xFF, unit.byte(offset + 1) & 0xF6 == 0xF0,
            let rate = AACFrame.rate(index: Int(unit.byte(offset + 2) >> 2 & 15))
        {
            let blocks = Int(unit.byte(offset + 6) & 3) + 1
            result = SampleCounter.Count(samples: (result?.samples ?? 0) + 1024 * blocks, rate: rate)
            let length =
                Int(unit.byte(offset + 3) & 3) << 11 | Int(unit.byte(offset + 4)) << 3 | Int(unit.byte(offset + 5)) >> 5
            guard length >= 7, length <= unit.byteCount - offset else { break }
            offset += length
        }
        return result
    }
}
