/// An H.266 track's decoder configuration: VvcDecoderConfigurationRecord (ISO/IEC 14496-15 11.2.4.2, the `vvcC` box), or
/// parameter sets in Annex B form.
struct H266Configuration: Hashable, Sendable {
    let framing: NALUnitFraming
    let parameterSets: H266ParameterSets

    init(parsing configuration: [UInt8]) throws(PayloadFormatError) {
        // A record begins with five reserved bits, all set.
        if let first = configuration.first, first >= 0xF8 {
            try self.init(record: configuration)
        } else {
            try self.init(startCodes: configuration)
        }
    }

    /// ```
    /// 11111 lengthSizeMinusOne(2) ptl_present(1)
    ///   | ols_idx(9) num_sublayers(3) constant_frame_rate(2) chroma_format_idc(2) | bit_depth_minus8(3) 11111
    ///   | 00 num_bytes_constraint_info(6) | profile(7) tier(1) | level | constraint info ...
    ///   | flags of sublayers | their levels ... | sub-profiles (1) | 4 bytes each ... | width, height, frame rate (2 each)
    /// | numArrays | (completeness, type (1) | numNALs (2) | (u16 length, NAL unit)...)...
    /// ```
    /// From `ols_idx` to the frame rate only if `ptl_present`.
    private init(record: [UInt8]) throws(PayloadFormatError) {
        var reader = RecordReader(record)
        var sets = H266ParameterSets()
        guard let flags = reader.number(1), flags & 1 == 0 || reader.skipProfile(), let arrays = reader.number(1),
            (0..<arrays).allSatisfy({ _ in reader.takeArray(into: &sets) })
        else { throw PayloadFormatError("H.266 with a vvcC record cut short at byte \(reader.offset)") }
        self.framing = .lengthPrefixed(size: flags >> 1 & 3 + 1)
        self.parameterSets = sets
    }

    private init(startCodes configuration: [UInt8]) throws(PayloadFormatError) {
        var units: [NALUnit] = []
        var sets = H266ParameterSets()
        if (try? NALUnitFraming.startCodes.split(configuration.span.bytes, H266Syntax.self, into: &units)) != nil {
            for unit in units { sets.update(configuration.span.bytes.extracting(unit.range)) }
        }
        guard sets.firstPair != nil else { throw PayloadFormatError("H.266 without parameter sets") }
        self.framing = .startCodes
        self.parameterSets = sets
    }
}

/// Reads a record from its start on. Every step answers nil or false beyond the end.
private struct RecordReader {
    private let record: [UInt8]
    private(set) var offset = 0

    /// OPI and DCI, of which an array has one and does not count it.
    private static let single: Set<UInt8> = [12, 13]

    init(_ record: [UInt8]) { self.record = record }

    mutating func number(_ bytes: Int) -> Int? {
        guard record.count - offset >= bytes else { return nil }
        defer { offset += bytes }
        return record[offset..<offset + bytes].reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func skip(_ bytes: Int) -> Bool { number(bytes) != nil }

    mutating func skipProfile() -> Bool {
        guard let layers = number(2), skip(1), let constraints = number(1), skip(2 + constraints & 0x3F) else {
            return false
        }
        let sublayers = layers >> 4 & 7
        if sublayers > 1 {
            // One bit for each but the highest, then padding.
            guard let flags = number(1), skip((flags >> (9 - sublayers)).nonzeroBitCount) else { return false }
        }
        guard let subprofiles = number(1) else { return false }
        return skip(4 * subprofiles + 6)
    }

    /// SEI and others are left out: what is said once for the stream need not be repeated.
    mutating func takeArray(into sets: inout H266ParameterSets) -> Bool {
        guard let type = number(1), let count = Self.single.contains(UInt8(type & 0x1F)) ? 1 : number(2) else {
            return false
        }
        for _ in 0..<count {
            guard let length = number(2), record.count - offset >= length else { return false }
            sets.update(record.span.bytes.extracting(offset..<offset + length))
            offset += length
        }
        return true
    }
}
