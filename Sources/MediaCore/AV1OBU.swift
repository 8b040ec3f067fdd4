/// One open bitstream unit of a temporal unit in the low-overhead format: AV1 Bitstream & Decoding Process Specification
/// 5.3.
///
/// ```
///  0 1 2 3 4 5 6 7   0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+ +------------------+----------
/// |F| type  |X|S|-| | TID |SID|  -  | | leb128: the size | payload     X: the second byte is there; S: the size is
/// +-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+ +------------------+----------
/// ```
package struct AV1OBU: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        case sequenceHeader = 1
        case temporalDelimiter, frameHeader, tileGroup, metadata, frame, redundantFrameHeader, tileList
        case padding = 15
    }

    /// Nil for a reserved type.
    package let kind: Kind?
    /// The first byte without the flag that a size follows.
    package let header: UInt8
    /// The second byte, if there is one.
    package let layers: UInt8?
    /// The payload's place in the temporal unit.
    package let payload: Range<Int>

    /// obu_has_size_field
    private static let sizeFlag: UInt8 = 0x02

    /// Nil if no unit begins at `offset` that ends within `bytes`. One without a size reaches to their end.
    package init?(_ bytes: RawSpan, at offset: Int) {
        func byte(_ place: Int) -> UInt8? {
            place < bytes.byteCount ? bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self) : nil
        }
        guard offset >= 0, let first = byte(offset), first & 0x80 == 0 else { return nil }
        var place = offset + 1
        if first & 0x04 != 0 {
            guard let second = byte(place) else { return nil }
            layers = second
            place += 1
        } else {
            layers = nil
        }
        var end = bytes.byteCount
        if first & Self.sizeFlag != 0 {
            // leb128(), 4.10.5: seven bits a byte, the least significant first, at most eight bytes.
            var size: UInt64 = 0
            var shift: UInt64 = 0
            while true {
                guard shift < 56, let next = byte(place) else { return nil }
                size |= UInt64(next & 0x7F) << shift
                place += 1
                shift += 7
                if next & 0x80 == 0 { break }
            }
            guard size <= UInt64(bytes.byteCount - place) else { return nil }
            end = place + Int(size)
        }
        header = first & ~Self.sizeFlag
        kind = Kind(rawValue: first >> 3 & 0x0F)
        payload = place..<end
    }
}
