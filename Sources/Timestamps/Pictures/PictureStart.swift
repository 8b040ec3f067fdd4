package import MediaCore

/// Whether video that was cut from the middle of a stream begins with a unit, or with the rest of one whose beginning
/// lies before the cut.
package enum PictureStart {
    /// - Parameters:
    ///   - bytes: from the cut up to the next unit, with start codes.
    ///   - codec: of those that have start codes; bytes of others always begin a unit.
    package static func begins(_ bytes: RawSpan, codec: Codec) -> Bool {
        switch codec {
        case .mpeg1Video, .mpeg2Video, .mpeg4Visual, .h264, .h265, .vc1: break
        default: return true
        }
        var zeros = 0
        while zeros < bytes.byteCount, bytes.byte(zeros) == 0 { zeros += 1 }
        let code = zeros + 1
        guard zeros >= 2, code + 2 < bytes.byteCount, bytes.byte(zeros) == 1 else { return false }
        let first = bytes.byte(code)
        switch codec {
        // Slices: ISO/IEC 13818-2 table 6-1. They follow a picture's header.
        case .mpeg1Video, .mpeg2Video: return !(0x01...0xAF).contains(first)
        // Of a picture's slices the first begins with macroblock 0, which is one bit: ITU-T H.264 7.3.3.
        case .h264: return ![1, 5].contains(first & 0x1F) || bytes.byte(code + 1) & 0x80 != 0
        // first_slice_segment_in_pic_flag: ITU-T H.265 7.3.6.1.
        case .h265: return first >> 1 & 0x3F > 31 || bytes.byte(code + 2) & 0x80 != 0
        // Slices, fields, and user data behind them or a frame do not begin a unit: SMPTE 421M annex E.
        case .vc1: return (VC1StartCode.frame...VC1StartCode.sequenceHeader).contains(first)
        default: return true
        }
    }
}
