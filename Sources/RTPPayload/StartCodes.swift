extension RawSpan {
    /// - Precondition: `offset` lies in the span; checked.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// Where what follows the next start code prefix, 00 00 01, begins; nil if there is none. The prefix is the same in
    /// MPEG-1, MPEG-2, MPEG-4 Part 2, H.264 and H.265.
    ///
    /// - Parameter start: where the prefix may begin; not negative.
    func startCodeEnd(from start: Int) -> Int? {
        var offset = start
        while offset + 3 <= byteCount {
            if offset + 8 <= byteCount, !hasZero(inEightAt: offset) {
                offset += 8
            } else if byte(offset) == 0, byte(offset + 1) == 0, byte(offset + 2) == 1 {
                return offset + 3
            } else {
                offset += 1
            }
        }
        return nil
    }

    /// Zeros, at least two, then 01.
    var beginsWithStartCode: Bool {
        var zeros = 0
        while zeros < byteCount, byte(zeros) == 0 { zeros += 1 }
        return zeros >= 2 && zeros < byteCount && byte(zeros) == 1
    }

    /// The last place in `range` where two zero bytes begin that a byte other than zero follows: a start code of H.263,
    /// whose data hold no such bytes otherwise.
    ///
    /// - Precondition: `range` lies in the span; checked.
    func lastMarker(in range: Range<Int>) -> Int? {
        var offset = range.upperBound - 1
        while offset >= range.lowerBound {
            if offset - 7 >= range.lowerBound, !hasZero(inEightAt: offset - 7) {
                offset -= 8
            } else if offset + 2 < byteCount, byte(offset) == 0, byte(offset + 1) == 0, byte(offset + 2) != 0 {
                return offset
            } else {
                offset -= 1
            }
        }
        return nil
    }

    /// Whether one of the eight bytes from `offset` on is zero: subtracting 1 from each then borrows into its top bit.
    ///
    /// - Precondition: they lie in the span; checked.
    @inline(__always)
    private func hasZero(inEightAt offset: Int) -> Bool {
        let word = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
    }
}
