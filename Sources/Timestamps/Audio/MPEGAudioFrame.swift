internal import MediaCore

/// Frames of MPEG audio: ISO/IEC 11172-3, 13818-3.
enum MPEGAudioFrame {
    /// Of all whole frames in `unit`, and of the last one that is cut off.
    static func count(in unit: RawSpan) -> SampleCounter.Count? {
        var offset = 0
        var result: SampleCounter.Count?
        while let header = MPEGAudioFrameHeader(unit, at: offset) {
            if let result, result.rate != header.rate { break }
            result = SampleCounter.Count(samples: (result?.samples ?? 0) + header.samples, rate: header.rate)
            guard let length = header.length, length <= unit.byteCount - offset else { break }
            offset += length
        }
        return result
    }
}
