/// What a VP8 frame says of itself before its macroblocks: RFC 6386 9.
///
/// ```
///  0                   1                   2
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Size0|H| VER |P|     Size1     |     Size2     |   P: 0 for a key frame; H: shown; Size: of the first partition
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// A key frame's tag is followed by 9D 01 2A and its size in pixels. Then come the first partition, the sizes of all
/// other partitions but the last in three bytes each, and those partitions.
package struct VP8FrameHeader: Hashable, Sendable {
    package let isKey: Bool
    /// False for a frame that is only referred to.
    package let isShown: Bool
    /// No later frame needs it: it is stored in no buffer, and leaves no probabilities, segments or filter strengths behind.
    package let isUnreferenced: Bool
    /// Bytes from the frame's start to the end of its first partition, as stated.
    private let firstPartitionEnd: Int
    /// Partitions behind the first: 1, 2, 4 or 8.
    package let tokenPartitions: Int

    /// Of the frame tag.
    private static let tagSize = 3
    /// With start code and picture size.
    private static let keySize = 10

    /// Nil if `frame` is too short to be one, or a key frame without its start code.
    package init?(_ frame: RawSpan) {
        guard frame.byteCount >= Self.tagSize else { return nil }
        let tag = Self.number(frame, at: 0)
        isKey = tag & 1 == 0
        isShown = tag >> 4 & 1 == 1
        if isKey {
            guard frame.byteCount >= Self.keySize, Self.number(frame, at: Self.tagSize) == 0x2A_019D else { return nil }
        }
        let start = isKey ? Self.keySize : Self.tagSize
        firstPartitionEnd = start + tag >> 5
        let isKey = isKey
        let end = min(firstPartitionEnd, frame.byteCount)
        // SAFETY: the pointer is used inside the closure alone.
        let coded = frame.withUnsafeBytes { bytes in
            var reader = VP8BoolReader(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            return VP8CodedHeader(&reader, isKey: isKey)
        }
        isUnreferenced = coded.isUnreferenced
        tokenPartitions = coded.tokenPartitions
    }

    /// Where a partition begins in its frame: the first at 0, with the headers. Nil for one that the frame does not
    /// have.
    /// - Parameter frame: what this was made from.
    package func start(ofPartition index: Int, in frame: RawSpan) -> Int? {
        guard index > 0 else { return 0 }
        guard index <= tokenPartitions else { return nil }
        var start = firstPartitionEnd + Self.tagSize * (tokenPartitions - 1)
        guard start < frame.byteCount else { return nil }
        for earlier in 0..<index - 1 { start += Self.number(frame, at: firstPartitionEnd + Self.tagSize * earlier) }
        return start < frame.byteCount ? start : nil
    }

    /// Three bytes, least significant first; all are in `bytes`, which is checked.
    private static func number(_ bytes: RawSpan, at offset: Int) -> Int {
        let three = bytes.extracting(offset..<offset + 3)
        return (0..<3).reduce(0) { $0 | Int(three.unsafeLoad(fromByteOffset: $1, as: UInt8.self)) << (8 * $1) }
    }
}

/// The frame header in the first partition, RFC 6386 9.2 to 9.11 and 19.2, as far as the reference buffers' updates.
private struct VP8CodedHeader {
    let isUnreferenced: Bool
    let tokenPartitions: Int

    init(_ reader: inout VP8BoolReader, isKey: Bool) {
        // color_space, clamping_type
        if isKey { reader.skip(2) }
        // What stays in force for the frames that follow.
        var isLasting = reader.flag() ? Self.updatesSegments(&reader) : false
        // filter_type, loop_filter_level, sharpness_level
        reader.skip(10)
        // loop_filter_adj_enable, mode_ref_lf_delta_update
        if reader.flag(), reader.flag() {
            isLasting = true
            for _ in 0..<8 where reader.flag() { reader.skip(7) }
        }
        tokenPartitions = 1 << reader.literal(2)
        // quant_indices: y_ac_qi, and five differences that may be left out.
        reader.skip(7)
        for _ in 0..<5 where reader.flag() { reader.skip(5) }
        guard !isKey else {
            isUnreferenced = false
            return
        }
        let (refreshesGolden, refreshesAlternate) = (reader.flag(), reader.flag())
        let copies = (refreshesGolden ? 0 : reader.literal(2)) | (refreshesAlternate ? 0 : reader.literal(2))
        // sign_bias_golden, sign_bias_alternate
        reader.skip(2)
        let (keepsProbabilities, refreshesLast) = (reader.flag(), reader.flag())
        isUnreferenced =
            !(refreshesGolden || refreshesAlternate || copies != 0 || keepsProbabilities || refreshesLast || isLasting)
    }

    /// update_segmentation(), RFC 6386 9.3: whether it changes anything.
    private static func updatesSegments(_ reader: inout VP8BoolReader) -> Bool {
        let (updatesMap, updatesData) = (reader.flag(), reader.flag())
        if updatesData {
            reader.skip(1)
            for _ in 0..<4 where reader.flag() { reader.skip(8) }
            for _ in 0..<4 where reader.flag() { reader.skip(7) }
        }
        if updatesMap { for _ in 0..<3 where reader.flag() { reader.skip(8) } }
        return updatesMap || updatesData
    }
}

/// The boolean entropy decoder of RFC 6386 7, for bits of even probability. Zeros follow the end.
private struct VP8BoolReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 2
    private var value: UInt32
    private var range: UInt32 = 255
    private var shifts = 0

    /// - Parameter bytes: outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        value =
            bytes.prefix(2).reduce(0) { $0 << 8 | UInt32($1) } << (bytes.count < 2 ? 8 * UInt32(2 - bytes.count) : 0)
    }

    mutating func flag() -> Bool {
        let split = 1 + (range - 1) >> 1
        let isSet = value >= split << 8
        if isSet {
            range -= split
            value -= split << 8
        } else {
            range = split
        }
        while range < 128 {
            value <<= 1
            range <<= 1
            shifts += 1
            guard shifts == 8 else { continue }
            shifts = 0
            if position < bytes.count { value |= UInt32(bytes[position]) }
            position += 1
        }
        return isSet
    }

    /// Most significant bit first.
    mutating func literal(_ bits: Int) -> Int { (0..<bits).reduce(0) { value, _ in value << 1 | (flag() ? 1 : 0) } }

    mutating func skip(_ bits: Int) { for _ in 0..<bits { _ = flag() } }
}
