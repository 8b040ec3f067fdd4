/// An H.266 track's decoder configuration: VvcDecoderConfigurationRecord (ISO/IEC 14496-15 11.2.4.2, the `vvcC` box), or
/// parameter sets in Annex B form.
struct H266Configuration: NALUnitConfiguration {
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
        var reader = ConfigurationRecord(record)
        var sets = H266ParameterSets()
        guard let flags = reader.number(1), flags & 1 == 0 || reader.skipProfile(), let arrays = reader.number(1),
            (0..<arrays).allSatisfy({ _ in reader.takeArray(into: &sets, isSingle: Self.isSingle) })
        else { throw PayloadFormatError("H.266 with a vvcC record cut short at byte \(reader.offset)") }
        self.framing = .lengthPrefixed(size: flags >> 1 & 3 + 1)
        self.parameterSets = sets
    }

    private init(startCodes configuration: [UInt8]) throws(PayloadFormatError) {
        let sets = H266ParameterSets(startCodes: configuration)
        guard sets.firstPair != nil else { throw PayloadFormatError("H.266 without parameter sets") }
        self.framing = .startCodes
        self.parameterSets = sets
    }

    /// OPI and DCI.
    private static func isSingle(_ type: UInt8) -> Bool { type & 0x1F == 12 || type & 0x1F == 13 }
}

extension ConfigurationRecord {
    /// From `ols_idx` to the frame rate.
    fileprivate mutating func skipProfile() -> Bool {
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
}
