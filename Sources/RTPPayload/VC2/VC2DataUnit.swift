/// A data unit of a VC-2 stream, SMPTE 2042-1 10.5: `BBCD` | parse code 8 | next offset 32 | previous offset 32 | what it holds.
struct VC2DataUnit {
    struct Code: RawRepresentable, Equatable {
        let rawValue: UInt8

        static let sequenceHeader = Code(rawValue: 0x00)
        static let endOfSequence = Code(rawValue: 0x10)
        /// Of the high quality profile.
        static let picture = Code(rawValue: 0xE8)

        var isSent: Bool { [.picture, .sequenceHeader, .endOfSequence].contains(self) }
        /// Auxiliary data or padding.
        var isFiller: Bool { rawValue & 0xF8 == 0x20 || rawValue == 0x30 }
    }

    let code: Code
    /// In the access unit, behind the parse info header.
    let contents: Range<Int>

    private static let header = 13
    private static let prefix: UInt32 = 0x4242_4344

    /// Calls `body` with each data unit.
    /// - Throws: `.malformed` for bytes that are none, and units of other profiles; what `body` throws.
    static func visit(
        _ bytes: RawSpan, _ body: (VC2DataUnit) throws(PacketizationError) -> Void
    ) throws(PacketizationError) {
        var start = 0
        while start < bytes.byteCount {
            guard bytes.byteCount - start >= header, big(bytes, start) == prefix else {
                throw .malformed("no VC-2 data unit", offset: start)
            }
            let code = Code(rawValue: bytes.byte(start + 4))
            guard code.isSent || code.isFiller else {
                throw .malformed("Dirac, or VC-2 of a profile other than HQ", offset: start)
            }
            let next = Int(big(bytes, start + 5))
            let size = next > 0 ? next : code == .endOfSequence ? header : bytes.byteCount - start
            guard size >= header, size <= bytes.byteCount - start else {
                throw .malformed("VC-2 data unit of \(next) bytes beyond the unit's end", offset: start)
            }
            try body(VC2DataUnit(code: code, contents: start + header..<start + size))
            start += size
        }
    }

    private static func big(_ bytes: RawSpan, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
