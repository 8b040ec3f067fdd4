extension JPEGImage {
    /// A marker, ITU-T T.81 B.1.1.2.
    struct Marker {
        /// The byte after 0xFF.
        let code: UInt8
        /// Of 0xFF.
        let start: Int

        static let startOfImage: UInt8 = 0xD8
        static let endOfImage: UInt8 = 0xD9
        static let startOfScan: UInt8 = 0xDA
        private static let restart: ClosedRange<UInt8> = 0xD0...0xD7

        /// The next marker; anything before it is skipped, as decoders do.
        init?(_ bytes: RawSpan, from offset: Int) { self.init(bytes, offset) { $0 != 0 } }

        /// The marker that ends the entropy-coded data: neither a stuffed 0xFF nor a restart.
        init?(_ bytes: RawSpan, afterScan offset: Int) {
            self.init(bytes, offset) { $0 != 0 && !Self.restart.contains($0) }
        }

        private init?(_ bytes: RawSpan, _ offset: Int, _ isWanted: (UInt8) -> Bool) {
            var offset = offset
            while offset + 1 < bytes.byteCount {
                if offset + 8 <= bytes.byteCount, !bytes.hasMarkerPrefix(inEightAt: offset) {
                    offset += 8
                    continue
                }
                let code = bytes.byte(offset + 1)
                if bytes.byte(offset) == 0xFF, code != 0xFF, isWanted(code) {
                    self.code = code
                    self.start = offset
                    return
                }
                offset += 1
            }
            return nil
        }

        /// After the marker's two bytes.
        var end: Int { start + 2 }

        /// SOI, EOI, RSTm and TEM have no segment.
        var isAlone: Bool { (0xD0...0xD9).contains(code) || code == 0x01 }

        /// What follows the segment's length.
        func segment(_ bytes: RawSpan) throws(PacketizationError) -> Range<Int> {
            guard end + 2 <= bytes.byteCount else { throw .malformed("JPEG segment cut short", offset: start) }
            let length = Int(bytes.byte(end)) << 8 | Int(bytes.byte(end + 1))
            guard length >= 2, length <= bytes.byteCount - end else {
                throw .malformed("JPEG segment of \(length) bytes beyond the unit's end", offset: start)
            }
            return end + 2..<end + length
        }
    }
}

extension RawSpan {
    /// Whether one of the eight bytes from `offset` on is 0xFF.
    ///
    /// - Precondition: they lie in the span; checked.
    @inline(__always)
    fileprivate func hasMarkerPrefix(inEightAt offset: Int) -> Bool {
        let word = ~unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
    }
}
