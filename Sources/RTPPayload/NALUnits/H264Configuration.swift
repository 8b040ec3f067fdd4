/// An H.264 track's decoder configuration: AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1, the `avcC` box), or
/// parameter sets in Annex B form.
struct H264Configuration: NALUnitConfiguration {
    let framing: NALUnitFraming
    let parameterSets: H264ParameterSets
    /// profile_idc, constraint flags, level_idc: the `profile-level-id` of RFC 6184 8.1.
    let profileLevel: [UInt8]

    init(parsing configuration: [UInt8]) throws(PayloadFormatError) {
        if configuration.first == 1 {
            try self.init(record: configuration)
        } else {
            try self.init(startCodes: configuration)
        }
    }

    /// ```
    /// version=1 | profile | compatibility | level | 111111 lengthSizeMinusOne | 111 numSPS | (u16 length, SPS)...
    /// | numPPS | (u16 length, PPS)... | High profiles: 3 bytes of chroma format and bit depths, numSPSExt, (u16
    /// length, SPSExt)...
    /// ```
    /// A record without parameter sets is legal for `avc3`: they come in band.
    private init(record: [UInt8]) throws(PayloadFormatError) {
        guard record.count >= 7 else { throw PayloadFormatError("H.264 with an avcC record of \(record.count) bytes") }
        var sets = H264ParameterSets()
        var reader = ConfigurationRecord(record, from: 6)
        guard reader.takeUnits(Int(record[5] & 0x1F), into: &sets), let pictureSets = reader.number(1),
            reader.takeUnits(pictureSets, into: &sets)
        else {
            throw PayloadFormatError("H.264 with an avcC record cut short at byte \(reader.offset)")
        }
        // Many writers leave the High profiles' tail out; what is damaged there is not needed to play.
        if [100, 110, 122, 144].contains(record[1]), reader.skip(3), let extensions = reader.number(1) {
            _ = reader.takeUnits(extensions, into: &sets)
        }
        self.framing = .lengthPrefixed(size: Int(record[4] & 3) + 1)
        self.parameterSets = sets
        self.profileLevel = sets.firstPair.map { Array($0.sps[1...3]) } ?? Array(record[1...3])
    }

    private init(startCodes configuration: [UInt8]) throws(PayloadFormatError) {
        let sets = H264ParameterSets(startCodes: configuration)
        guard let pair = sets.firstPair, pair.pps != nil else {
            throw PayloadFormatError("H.264 without parameter sets")
        }
        self.framing = .startCodes
        self.parameterSets = sets
        self.profileLevel = Array(pair.sps[1...3])
    }
}
