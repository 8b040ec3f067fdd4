/// What a decoder of SMPTE 421M must know before the first picture, as far as the server reads it.
package struct VC1Sequence: Hashable, Sendable {
    /// PROFILE; 2 was never standardized.
    package enum Profile: Int, Hashable, Sendable {
        case simple = 0
        case main = 1
        case advanced = 3
    }

    package let profile: Profile
    /// LEVEL of the advanced profile; the others' is not in the stream.
    package private(set) var level = 0
    /// FRMRTQ_POSTPROC: 2 frames per second and 4 for each, 7 for 30 or more.
    package private(set) var quantizedFrameRate = 0
    /// MAX_CODED_WIDTH and MAX_CODED_HEIGHT in pixels, advanced profile; zero of the others.
    package private(set) var width = 0
    package private(set) var height = 0
    /// Seconds per frame; nil if the header does not say.
    package private(set) var frameDuration: TimeBase?
    /// INTERLACE: pictures may be fields.
    package private(set) var isInterlaced = false
    /// PULLDOWN, TFCNTRFLAG, PSF: what a picture's header has.
    private(set) var hasPulldown = false
    private(set) var hasFrameCounter = false
    private(set) var isSegmented = false
    /// RANGERED and FINTERPFLAG of simple and main profile.
    private(set) var hasRangeReduction = false
    private(set) var hasInterpolation = false
    /// MAXBFRAMES of simple and main profile is not 0. The advanced profile does not say.
    package private(set) var mayHaveB = true

    /// Simple and main profile, SMPTE 421M annex J.1.
    /// ```
    /// PROFILE 4 | FRMRTQ_POSTPROC 3 | BITRTQ_POSTPROC 5 | LOOPFILTER | 0 | MULTIRES | 1 | FASTUVMC | EXTENDED_MV | DQUANT 2 |
    /// VSTRANSFORM | 0 | OVERLAP | SYNCMARKER | RANGERED | MAXBFRAMES 3 | QUANTIZER 2 | FINTERPFLAG | 1
    /// ```
    /// Nil for fewer than four bytes, and another profile.
    package init?(structC bytes: [UInt8]) {
        guard bytes.count >= 4, let profile = Profile(rawValue: Int(bytes[0] >> 6)), profile != .advanced else {
            return nil
        }
        self.profile = profile
        quantizedFrameRate = Int(bytes[0] >> 1 & 7)
        hasRangeReduction = bytes[3] & 0x80 != 0
        mayHaveB = bytes[3] & 0x70 != 0
        hasInterpolation = bytes[3] & 0x02 != 0
    }

    /// Advanced profile, SMPTE 421M 6.1.
    /// - Parameter bytes: behind the start code; 64 are enough.
    package init?(sequenceHeader bytes: [UInt8]) {
        profile = .advanced
        var reader = BitReader(Self.withoutEscapes(bytes))
        // COLORDIFF_FORMAT; BITRTQ_POSTPROC and POSTPROCFLAG; FINTERPFLAG and a reserved bit.
        guard reader.bits(2) == 3, let level = reader.bits(3), reader.skip(2), let rate = reader.bits(3),
            reader.skip(6), let width = reader.bits(12), let height = reader.bits(12),
            let hasPulldown = reader.flag(), let isInterlaced = reader.flag(), let hasFrameCounter = reader.flag(),
            reader.skip(2), let isSegmented = reader.flag(), let hasDisplay = reader.flag()
        else { return nil }
        self.level = Int(level)
        quantizedFrameRate = Int(rate)
        (self.width, self.height) = (2 * Int(width) + 2, 2 * Int(height) + 2)
        self.hasPulldown = hasPulldown
        self.isInterlaced = isInterlaced
        self.hasFrameCounter = hasFrameCounter
        self.isSegmented = isSegmented
        if hasDisplay { frameDuration = Self.frameDuration(&reader) }
    }

    /// From DISP_HORIZ_SIZE on: 6.1.14.
    private static func frameDuration(_ reader: inout BitReader) -> TimeBase? {
        guard reader.skip(28), let hasAspect = reader.flag() else { return nil }
        if hasAspect {
            guard let aspect = reader.bits(4), aspect != 15 || reader.skip(16) else { return nil }
        }
        guard reader.flag() == true, let isExplicit = reader.flag() else { return nil }
        if isExplicit { return reader.bits(16).map { TimeBase(32, Int32($0) + 1) } }
        // Tables 12 and 13, in thousands.
        let numerators: [Int32] = [24, 25, 30, 50, 60, 48, 72]
        guard let numerator = reader.bits(8), (1...7).contains(numerator), let denominator = reader.bits(4),
            (1...2).contains(denominator)
        else { return nil }
        return TimeBase(denominator == 1 ? 1000 : 1001, numerators[Int(numerator) - 1] * 1000)
    }

    /// The bytes without emulation prevention, 00 00 03: SMPTE 421M annex E.2.
    package static func withoutEscapes(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var zeros = 0
        for byte in bytes {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            result.append(byte)
        }
        return result
    }
}
