/// An H.265 track's decoder configuration: HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1, the `hvcC` box),
/// or parameter sets in Annex B form.
struct H265Configuration: NALUnitConfiguration {
    let framing: NALUnitFraming
    let parameterSets: H265ParameterSets
    /// Nil if there is no SPS.
    var profile: H265Profile? {
        parameterSets.first(rank: 1).flatMap { H265Profile(sequenceParameterSet: $0.bytes) }
    }

    init(parsing configuration: [UInt8]) throws(PayloadFormatError) {
        // Writers of early drafts left the version 0; a start code begins with two zeros (and a record with a profile).
        if let first = configuration.first, !configuration.span.bytes.beginsWithStartCode, first <= 1 {
            try self.init(record: configuration)
        } else {
            try self.init(startCodes: configuration)
        }
    }

    /// ```
    /// version=1 | profile, tier, level and more (20) | ... lengthSizeMinusOne (2 bits) | numArrays
    /// | (completeness, type (1) | numNALs (2) | (u16 length, NAL unit)...)...
    /// ```
    /// A record without parameter sets is legal for `hev1`: they come in band.
    private init(record: [UInt8]) throws(PayloadFormatError) {
        guard record.count >= 23 else {
            throw PayloadFormatError("H.265 with an hvcC record of \(record.count) bytes")
        }
        var sets = H265ParameterSets()
        var reader = ConfigurationRecord(record, from: 23)
        for _ in 0..<record[22] {
            guard reader.takeArray(into: &sets) else {
                throw PayloadFormatError("H.265 with an hvcC record cut short at byte \(reader.offset)")
            }
        }
        self.framing = .lengthPrefixed(size: Int(record[21] & 3) + 1)
        self.parameterSets = sets
    }

    private init(startCodes configuration: [UInt8]) throws(PayloadFormatError) {
        let sets = H265ParameterSets(startCodes: configuration)
        guard sets.firstTriple != nil else { throw PayloadFormatError("H.265 without parameter sets") }
        self.framing = .startCodes
        self.parameterSets = sets
    }
}
