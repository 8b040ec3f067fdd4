/// ADTS, ISO/IEC 14496-3 1.A.3.2: frames of up to four blocks of 1024 samples.
enum ADTSFrame {
    /// Of all whole frames in `unit`, and of the last one that is cut off.
    static func count(in unit: RawSpan) -> SampleCounter.Count? {
        var offset = 0
        var result: SampleCounter.Count?
        while let frame = frame(unit, at: offset) {
            result = SampleCounter.Count(samples: (result?.samples ?? 0) + frame.samples, rate: frame.rate)
            guard frame.length >= 7, frame.length <= unit.byteCount - offset else { break }
            offset += frame.length
        }
        return result
    }

    /// By the header at `offset`; nil if none is there.
    static func frame(_ unit: RawSpan, at offset: Int) -> (samples: Int, rate: Int32, length: Int)? {
        guard unit.byteCount - offset >= 7, unit.byte(offset) == 0xFF, unit.byte(offset + 1) & 0xF6 == 0xF0,
            let rate = AACFrame.rate(index: Int(unit.byte(offset + 2) >> 2 & 15))
        else { return nil }
        let length =
            Int(unit.byte(offset + 3) & 3) << 11 | Int(unit.byte(offset + 4)) << 3 | Int(unit.byte(offset + 5)) >> 5
        return (1024 * (Int(unit.byte(offset + 6) & 3) + 1), rate, length)
    }
}
