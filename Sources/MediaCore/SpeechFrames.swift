/// How the frames of a telephone codec lie in a unit: one after the other with nothing between, each for the same number of samples.
package struct SpeechFrames: Hashable, Sendable {
    /// Bytes of a frame.
    package enum Size: Hashable, Sendable {
        case constant(Int)
        /// The storage format of RFC 4867 5.3: a byte that says the type, then the speech bits of that type.
        case amr, amrWB
        /// ITU-T G.723.1: the two low bits of the first byte say which of four sizes.
        case g7231
        /// ITU-T G.729: ten bytes; two at the end of a unit are a frame of comfort noise (annex B).
        case g729
        /// RFC 2658 and RFC 3558: the first byte says the rate.
        case qcelp, evrc
    }

    package let size: Size
    /// Per channel in a frame.
    package let samples: Int
    /// Samples per second, positive.
    package let rate: Int32

    /// Nil if the codec is none of these, or if what its frames hang on is not known.
    package init?(_ codec: CodecDescription) {
        let stated = codec.sampleRate > 0 ? Int32(clamping: codec.sampleRate) : 8000
        switch codec.codec {
        case .amr: self.init(.amr, 160, 8000)
        case .amrWB: self.init(.amrWB, 320, 16_000)
        // Two samples of 4 bits, one of each half of the band.
        case .g722 where codec.channels == 1: self.init(.constant(1), 2, stated)
        case .g726 where codec.channels == 1:
            // The least number of whole bytes.
            switch codec.bitsPerSample {
            case 2: self.init(.constant(1), 4, stated)
            case 4: self.init(.constant(1), 2, stated)
            case 3, 5: self.init(.constant(codec.bitsPerSample), 8, stated)
            default: return nil
            }
        case .g7231: self.init(.g7231, 240, 8000)
        case .g729: self.init(.g729, 80, 8000)
        case .gsm: self.init(.constant(33), 160, stated)
        case .gsmMS: self.init(.constant(65), 320, stated)
        case .ilbc where codec.blockAlign == 38: self.init(.constant(38), 160, 8000)
        case .ilbc where codec.blockAlign == 50: self.init(.constant(50), 240, 8000)
        case .qcelp: self.init(.qcelp, 160, 8000)
        case .evrc: self.init(.evrc, 160, 8000)
        default: return nil
        }
    }

    private init(_ size: Size, _ samples: Int, _ rate: Int32) {
        (self.size, self.samples, self.rate) = (size, samples, rate)
    }
}

extension SpeechFrames.Size {
    /// Of the largest frame.
    package var maximum: Int {
        switch self {
        case .constant(let bytes): bytes
        case .amr: 32
        case .amrWB: 61
        case .g7231: 24
        case .g729: 10
        case .qcelp: 35
        case .evrc: 23
        }
    }

    /// Frames that are looked for in one unit, where their sizes differ: more than five minutes of speech.
    private static let maximumFrames = 16_384

    /// Whole frames in `unit`, of frames that differ in size at most 16,384.
    package func count(in unit: RawSpan) -> Int {
        if case .constant(let bytes) = self { return unit.byteCount / bytes }
        var (frames, offset) = (0, 0)
        while frames < Self.maximumFrames, let length = length(in: unit, at: offset) {
            (frames, offset) = (frames + 1, offset + length)
        }
        return frames
    }

    /// Where as many as `count` frames lie in `unit`, `first` frames from its start.
    /// - Returns: fewer frames if the unit has no more.
    package func range(of count: Int, from first: Int, in unit: RawSpan) -> Range<Int> {
        if case .constant(let bytes) = self {
            let whole = unit.byteCount / bytes
            let start = min(first, whole)
            return start * bytes..<min(start + count, whole) * bytes
        }
        let start = end(of: first, from: 0, in: unit)
        return start..<end(of: count, from: start, in: unit)
    }

    /// The same from the frame that begins at the byte `start`, so that what goes through a unit need not begin at its first frame again.
    package func range(of count: Int, at start: Int, in unit: RawSpan) -> Range<Int> {
        if case .constant(let bytes) = self {
            return start..<start + min(count, max(0, unit.byteCount - start) / bytes) * bytes
        }
        return start..<end(of: count, from: start, in: unit)
    }

    private func end(of count: Int, from start: Int, in unit: RawSpan) -> Int {
        var end = start
        for _ in 0..<count {
            guard let length = length(in: unit, at: end) else { break }
            end += length
        }
        return end
    }

    /// Bytes of the frame at `offset`, the byte that says so included; nil if no frame begins there, or not all of it is there.
    @inline(__always)
    package func length(in unit: RawSpan, at offset: Int) -> Int? {
        let rest = unit.byteCount - offset
        guard offset >= 0, rest > 0 else { return nil }
        let first = unit.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        let length: Int? =
            switch self {
            case .constant(let bytes): bytes
            case .amr: 1 + Self.amrSpeech[Int(first >> 3 & 15)]
            case .amrWB: 1 + Self.amrWBSpeech[Int(first >> 3 & 15)]
            case .g7231: Self.g7231Frames[Int(first & 3)]
            case .g729: rest == 2 ? 2 : 10
            case .qcelp: Self.qcelp(first)
            case .evrc: Self.evrc(first)
            }
        guard let length, length <= rest, offset == 0 || !isPaddedFrame(unit.byteCount) else { return nil }
        return length
    }

    /// A unit of the size of just one frame is one: containers of units of one size pad a frame of a lower rate.
    private func isPaddedFrame(_ bytes: Int) -> Bool {
        switch self {
        case .qcelp: bytes == 35
        case .evrc: bytes == 23
        default: false
        }
    }

    /// Bytes of speech by frame type, 3GPP TS 26.101 table 1a and 26.201 table 1a. Types that say nothing (lost, no data), and
    /// those that are reserved or belong to other codecs, have none.
    private static let amrSpeech = [12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0]
    private static let amrWBSpeech = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0]
    /// 6.3 kbit/s, 5.3 kbit/s, comfort noise, and a frame that was not transmitted.
    private static let g7231Frames = [24, 20, 4, 1]

    /// Rates 0 (blank) to 1; 14 is an erasure.
    private static func qcelp(_ rate: UInt8) -> Int? {
        switch rate {
        case 0, 14: 1
        case 1: 4
        case 2: 8
        case 3: 17
        case 4: 35
        default: nil
        }
    }

    /// Blank, 1/8, 1/2 and full rate; 5 is an erasure.
    private static func evrc(_ rate: UInt8) -> Int? {
        switch rate {
        case 0, 5: 1
        case 1: 3
        case 3: 11
        case 4: 23
        default: nil
        }
    }
}
