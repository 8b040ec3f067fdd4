/// The beginning of a VP9 frame's uncompressed header: VP9 Bitstream and Decoding Process Specification 6.2.
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |1 0|L|H|X|T|S|E|   L, H: profile; X: shows an existing frame; T: 0 for a key frame; S: shown; E: error resilient
/// +-+-+-+-+-+-+-+-+   (a zero bit comes before X in profile 3)
/// ```
/// Of a superframe (annex B), whose frames follow each other before its index, this is the first frame.
package struct VP9FrameHeader: Hashable, Sendable {
    /// 0 to 3.
    package let profile: Int
    /// Decoding can begin here.
    package let isKey: Bool
    /// False for a frame that is only referred to.
    package let isShown: Bool

    /// Nil if no frame begins here.
    package init?(_ frame: RawSpan) {
        guard frame.byteCount >= 1 else { return nil }
        let first = frame.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        guard first >> 6 == 2 else { return nil }
        profile = Int(first >> 5 & 1 | first >> 3 & 2)
        let isWide = profile == 3
        if isWide, first & 0x08 != 0 { return nil }
        let showsExisting = isWide ? first & 0x04 : first & 0x08
        let isInter = isWide ? first & 0x02 : first & 0x04
        isKey = showsExisting == 0 && isInter == 0
        isShown = showsExisting != 0 || first & (isWide ? 0x01 : 0x02) != 0
    }

    /// Whether an index of several frames ends `unit`, the last of which is shown: annex B.
    package static func isSuperframe(_ unit: RawSpan) -> Bool {
        guard unit.byteCount > 0 else { return false }
        let last = unit.unsafeLoad(fromByteOffset: unit.byteCount - 1, as: UInt8.self)
        // superframe_marker, frame_sizes_bytes_minus_1 (2), frames_in_superframe_minus_1 (3)
        let size = 2 + (Int(last >> 3 & 3) + 1) * (Int(last & 7) + 1)
        guard last >> 5 == 0b110, unit.byteCount >= size else { return false }
        return unit.unsafeLoad(fromByteOffset: unit.byteCount - size, as: UInt8.self) == last
    }

    /// Pixels of a key frame, 1 to 65,536 each; nil if that cannot be read.
    package static func keySize(_ frame: RawSpan) -> (width: Int, height: Int)? {
        guard let header = VP9FrameHeader(frame), header.isKey else { return nil }
        // At most 2 + 3 + 3 + 3 bytes and a few bits.
        let beginning = frame.extracting(first: 16).withUnsafeBytes { Array($0) }
        var reader = BitReader(beginning)
        // frame_marker to error_resilient_mode, frame_sync_code
        guard reader.skip(header.profile == 3 ? 9 : 8), reader.bits(24) == 0x49_8342 else { return nil }
        // ten_or_twelve_bit
        guard header.profile < 2 || reader.skip(1), let colorSpace = reader.bits(3) else { return nil }
        let hasSubsampling = header.profile & 1 == 1
        // Of RGB only a reserved bit follows; else color_range, and the subsampling with a reserved bit.
        guard reader.skip(colorSpace == 7 ? (hasSubsampling ? 1 : 0) : (hasSubsampling ? 4 : 1)),
            let width = reader.bits(16), let height = reader.bits(16)
        else { return nil }
        return (Int(width) + 1, Int(height) + 1)
    }
}
