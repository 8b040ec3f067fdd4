/// An H.265 track's decoder configuration: HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.3.1, the `hvcC` box),
/// or parameter sets in Annex B form.
struct H265Configuration: Hashable, Sendable {
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
        var offset = 23
        for _ in 0..<record[22] {
            guard Self.takeArray(record, at: &offset, into: &sets) else {
                throw PayloadFormatError("H.265 with an hvcC record cut short at byte \(offset)")
            }
        }
        self.framing = .lengthPrefixed(size: Int(record[21] & 3) + 1)
        self.parameterSets = sets
    }

    /// Whether all of the array was there. SEI is left out: what is said once for the stream need not be repeated.
    private static func takeArray(_ record: [UInt8], at offset: inout Int, into sets: inout H265ParameterSets) -> Bool {
        guard record.count - offset >= 3 else { return false }
        let count = Int(record[offset + 1]) << 8 | Int(record[offset + 2])
        offset += 3
        for _ in 0..<count {
            guard record.count - offset >= 2 else { return false }
            let length = Int(record[offset]) << 8 | Int(record[offset + 1])
            guard record.count - offset - 2 >= length else { return false }
            offset += 2
            sets.update(record.span.bytes.extracting(offset..<offset + length))
            offset += length
        }
        return true
    }

    private init(startCodes configuration: [UInt8]) throws(PayloadFormatError) {
        var units: [NALUnit] = []
        var sets = H265ParameterSets()
        if (try? NALUnitFraming.startCodes.split(configuration.span.bytes, H265Syntax.self, into: &units)) != nil {
            for unit in units { sets.update(configuration.span.bytes.extracting(unit.range)) }
        }
        guard sets.firstTriple != nil else { throw PayloadFormatError("H.265 without parameter sets") }
        self.framing = .startCodes
        self.parameterSets = sets
    }
}
