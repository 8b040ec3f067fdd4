internal import MediaCore

/// A data unit of a VC-2 stream, SMPTE 2042-1 10.5: `BBCD` | parse code 8 | next offset 32 | previous offset 32 | what it holds.
struct VC2DataUnit {
    struct Code: RawRepresentable {
        let rawValue: UInt8

        private static let sequenceHeader: UInt8 = 0x00
        private static let endOfSequence: UInt8 = 0x10
        private static let picture: UInt8 = 0xE8

        var isPicture: Bool { rawValue == Self.picture }
        var isSent: Bool { isPicture || rawValue == Self.sequenceHeader || rawValue == Self.endOfSequence }
        /// Auxiliary data or padding.
        var isFiller: Bool { rawValue & 0xF8 == 0x20 || rawValue == 0x30 }
    }

    let code: Code
    /// In the access unit, behind the parse info header.
    let contents: Range<Int>

    private static let header = 13

    /// Calls `body` with each data unit.
    /// - Throws: `.malformed` for bytes that are none, and units of other profiles.
    static func visit(
        _ bytes: RawSpan, _ body: (VC2DataUnit) throws(PacketizationError) -> Void
    ) throws(PacketizationError) {
        var start = 0
        while start < bytes.byteCount {
            guard bytes.byteCount - start >= header, big(bytes, start) == 0x4242_4344 else {
                throw .malformed("no VC-2 data unit", offset: start)
            }
            let code = Code(rawValue: bytes.byte(start + 4))
            guard code.isSent || code.isFiller else {
                throw .malformed("VC-2 of a profile other than HQ", offset: start)
            }
            // 0: up to the end.
            let next = Int(big(bytes, start + 5))
            let size = next == 0 ? bytes.byteCount - start : next
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

/// A picture of the high quality profile, SMPTE 2042-1 12.1 to 12.4: number 32 | transform parameters | slices.
struct VC2Picture {
    let number: UInt32
    /// In the picture, behind its number.
    let parameters: Range<Int>
    /// Slices in a row, and in all.
    let columns: Int
    let slices: Int
    let prefixBytes: UInt16
    let sizeScaler: UInt16

    /// - Throws: `.malformed`.
    init(_ bytes: RawSpan) throws(PacketizationError) {
        guard bytes.byteCount > 4 else { throw .malformed("VC-2 picture cut short", offset: 0) }
        number = UInt32(bigEndian: bytes.unsafeLoadUnaligned(as: UInt32.self))
        // Far more than parameters take.
        var reader = BitReader(bytes.extracting(4..<min(260, bytes.byteCount)).withUnsafeBytes { Array($0) })
        guard reader.interleavedGolomb() != nil, let depth = reader.interleavedGolomb(), depth <= 8,
            let columns = reader.interleavedGolomb(),
            let rows = reader.interleavedGolomb(), let prefix = reader.interleavedGolomb(),
            let scaler = reader.interleavedGolomb(),
            (1...65_535).contains(columns), (1...65_535).contains(rows), prefix <= 65_535,
            (1...65_535).contains(scaler),
            let hasMatrix = reader.flag()
        else { throw .malformed("damaged VC-2 transform parameters", offset: 4) }
        // Quantization matrix: one value for the lowest band, three for each level.
        if hasMatrix {
            for _ in 0...3 * depth {
                guard reader.interleavedGolomb() != nil else {
                    throw .malformed("damaged VC-2 quantization matrix", offset: reader.position / 8)
                }
            }
        }
        let end = 4 + (reader.position + 7) / 8
        guard end <= bytes.byteCount else { throw .malformed("VC-2 picture cut short", offset: bytes.byteCount) }
        parameters = 4..<end
        (self.columns, slices) = (columns, columns * rows)
        (prefixBytes, sizeScaler) = (UInt16(prefix), UInt16(scaler))
    }

    /// Where the slice that begins at `start` ends: prefix, quantization index, and for each of three components its length and data
    /// (13.5.4).
    func sliceEnd(_ bytes: RawSpan, from start: Int) throws(PacketizationError) -> Int {
        var end = start + Int(prefixBytes) + 1
        for _ in 0..<3 {
            guard end < bytes.byteCount else { throw .malformed("VC-2 slice cut short", offset: start) }
            end += 1 + Int(bytes.byte(end)) * Int(sizeScaler)
        }
        guard end <= bytes.byteCount else { throw .malformed("VC-2 slice cut short", offset: start) }
        return end
    }
}

extension BitReader {
    /// An unsigned number as SMPTE 2042-1 A.4.3 writes it: bits of it after zeros, one ends it. Nil also beyond 24 bits.
    fileprivate mutating func interleavedGolomb() -> Int? {
        var value = 1
        while true {
            guard let ends = flag(), value < 1 << 24 else { return nil }
            if ends { return value - 1 }
            guard let bit = bits(1) else { return nil }
            value = value << 1 | Int(bit)
        }
    }
}
