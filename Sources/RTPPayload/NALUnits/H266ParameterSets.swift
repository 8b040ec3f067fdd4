internal import MediaCore

typealias H266ParameterSets = ParameterSets<H266Syntax>

/// VPS, SPS, PPS of the base layer, each with its identifier.
struct H266ParameterSetKey: ParameterSetKey {
    let type: UInt8
    let identifier: UInt32

    var rank: Int { Int(type) - Int(H266Syntax.videoParameterSet) }

    /// Identifiers come first, in 4 bits, of a PPS in 6: H.266 7.3.2.3 to 7.3.2.5. Before them no emulation prevention is
    /// possible.
    init?(_ unit: RawSpan) {
        guard unit.byteCount > 2 else { return nil }
        let header = NALUnitFraming.header(unit, at: 0, size: 2)
        // Other layers' sets count for themselves, and go as they come.
        guard header >> 8 & 0x3F == 0 else { return nil }
        type = H266Syntax.type(header)
        switch type {
        case H266Syntax.videoParameterSet, H266Syntax.sequenceParameterSet: identifier = UInt32(unit.byte(2) >> 4)
        case H266Syntax.pictureParameterSet: identifier = UInt32(unit.byte(2) >> 2)
        default: return nil
        }
    }
}

/// The first fields of profile_tier_level, H.266 7.3.3.1.
struct H266Profile: Hashable, Sendable {
    let identifier: UInt8
    let tier: UInt8
    let level: UInt8

    /// From an SPS (7.3.2.4) of which these are bytes 4 and 5, if it has them: identifiers, then sublayers (3), chroma
    /// format (2), CTU size (2) and the flag that a profile follows.
    init?(sequenceParameterSet sps: [UInt8]) {
        guard sps.count > 5, sps[3] & 1 == 1 else { return nil }
        (identifier, tier, level) = (sps[4] >> 1, sps[4] & 1, sps[5])
    }
}

extension H266ParameterSets {
    /// Of the first SPS; nil if it says none.
    var profile: H266Profile? { first(rank: 1).flatMap { H266Profile(sequenceParameterSet: $0.bytes) } }

    /// The first SPS, and the first PPS that refers to it, which is all that SDP has room for.
    var firstPair: (sps: [UInt8], pps: [UInt8])? {
        guard let sps = first(rank: 1), let anyPPS = first(rank: 2) else { return nil }
        // pps_seq_parameter_set_id, in 4 bits behind the PPS's own identifier.
        let pps = first(rank: 2) { _, unit in
            unit.count > 3 && UInt32(unit[2] & 3) << 2 | UInt32(unit[3] >> 6) == sps.key.identifier
        }
        return (sps.bytes, (pps ?? anyPPS).bytes)
    }
}
