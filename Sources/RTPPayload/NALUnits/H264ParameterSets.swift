internal import MediaCore

typealias H264ParameterSets = ParameterSets<H264Syntax>

/// SPS, SPS extensions, PPS, each with its identifier.
struct H264ParameterSetKey: ParameterSetKey {
    let type: UInt8
    let identifier: UInt32

    var rank: Int {
        switch type {
        case H264Syntax.sequenceParameterSet: 0
        case H264Syntax.sequenceParameterSetExtension: 1
        default: 2
        }
    }

    init?(_ unit: RawSpan) {
        guard unit.byteCount > 1 else { return nil }
        self.type = unit.byte(0) & 0x1F
        // The identifier is the first field but for an SPS, which has profile_idc, constraint flags and level_idc
        // before (H.264 7.3.2). An emulation prevention byte cannot come so early: the bytes before are not zero.
        let first: Int
        let range: ClosedRange<UInt32>
        switch type {
        case H264Syntax.sequenceParameterSet: (first, range) = (4, 0...31)
        case H264Syntax.sequenceParameterSetExtension: (first, range) = (1, 0...31)
        case H264Syntax.pictureParameterSet: (first, range) = (1, 0...255)
        default: return nil
        }
        guard unit.byteCount > first else { return nil }
        var reader = BitReader((first..<min(first + 5, unit.byteCount)).map { unit.byte($0) })
        guard let identifier = reader.exponentialGolomb(), range.contains(identifier) else { return nil }
        self.identifier = identifier
    }
}

extension H264ParameterSets {
    /// The first SPS and the first PPS that refers to it, which is all that SDP has room for.
    var firstPair: (sps: [UInt8], pps: [UInt8]?)? {
        guard let sps = first(rank: 0) else { return nil }
        let fitting = first(rank: 2) { sequenceParameterSetIdentifier(ofPPS: $1) == sps.key.identifier }
        return (sps.bytes, (fitting ?? first(rank: 2))?.bytes)
    }
}
