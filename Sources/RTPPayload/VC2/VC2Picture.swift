internal import MediaCore

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

    /// Far more than parameters take.
    private static let largestParameters = 256
    /// SMPTE 2042-2 allows 4 or 5.
    private static let maximumDepth = 8

    /// - Parameter version: major_version of the sequence.
    /// - Throws: `.malformed`.
    init(_ bytes: RawSpan, version: Int) throws(PacketizationError) {
        guard bytes.byteCount > 4 else { throw .malformed("VC-2 picture cut short", offset: 0) }
        number = UInt32(bigEndian: bytes.unsafeLoadUnaligned(as: UInt32.self))
        let damaged = PacketizationError.malformed("damaged VC-2 transform parameters", offset: 4)
        let end = min(4 + Self.largestParameters, bytes.byteCount)
        var reader = BitReader(bytes.extracting(4..<end).withUnsafeBytes { Array($0) })
        guard reader.interleavedGolomb() != nil, let depth = reader.interleavedGolomb(), depth <= Self.maximumDepth,
            let horizontal = version >= 3 ? reader.horizontalDepth() : 0, horizontal <= Self.maximumDepth,
            let columns = reader.interleavedGolomb(), let rows = reader.interleavedGolomb(),
            let prefix = reader.interleavedGolomb(), let scaler = reader.interleavedGolomb(),
            (1...65_535).contains(columns), (1...65_535).contains(rows), prefix <= 65_535,
            (1...65_535).contains(scaler), let hasMatrix = reader.flag()
        else { throw damaged }
        // Quantization matrix: one value for the lowest band, one for each level that halves widths alone, three for each other.
        guard !hasMatrix || reader.numbers(1 + horizontal + 3 * depth) != nil else { throw damaged }
        parameters = 4..<4 + (reader.position + 7) / 8
        (self.columns, slices) = (columns, columns * rows)
        (prefixBytes, sizeScaler) = (UInt16(prefix), UInt16(scaler))
    }

    /// How many of the slices from `start` on fit in `room` bytes, one at least, and where they end.
    /// - Throws: `.malformed`, also for a slice that is larger.
    func slices(
        _ bytes: RawSpan, from start: Int, atMost limit: Int, room: Int
    ) throws(PacketizationError) -> (end: Int, count: Int) {
        var (end, count) = (start, 0)
        while count < limit {
            let next = try sliceEnd(bytes, from: end)
            guard next - start <= room else { break }
            (end, count) = (next, count + 1)
        }
        guard count > 0 else { throw .malformed("VC-2 slice larger than a packet", offset: start) }
        return (end, count)
    }

    /// Where the slice that begins at `start` ends: prefix, quantization index, and for each of three components its length and data
    /// (13.5.4).
    private func sliceEnd(_ bytes: RawSpan, from start: Int) throws(PacketizationError) -> Int {
        var end = start + Int(prefixBytes) + 1
        for _ in 0..<3 {
            guard end < bytes.byteCount else { throw .malformed("VC-2 slice cut short", offset: start) }
            end += 1 + Int(bytes.byte(end)) * Int(sizeScaler)
        }
        guard end <= bytes.byteCount else { throw .malformed("VC-2 slice cut short", offset: start) }
        return end
    }

    /// Bytes of the largest slice of a picture.
    /// - Throws: `.malformed`.
    static func largestSlice(_ bytes: RawSpan, version: Int) throws(PacketizationError) -> Int {
        let picture = try VC2Picture(bytes, version: version)
        var start = picture.parameters.upperBound
        var largest = 0
        for _ in 0..<picture.slices {
            let end = try picture.sliceEnd(bytes, from: start)
            (start, largest) = (end, max(largest, end - start))
        }
        return largest
    }
}

extension BitReader {
    /// extended_transform_parameters of SMPTE 2042-1 (2017) 12.4.4: dwt_depth_ho.
    fileprivate mutating func horizontalDepth() -> Int? {
        guard let hasIndex = flag(), !hasIndex || numbers(1) != nil, let hasDepth = flag() else { return nil }
        return hasDepth ? interleavedGolomb() : 0
    }
}
