internal import MediaCore

typealias H265ParameterSets = ParameterSets<H265Syntax>

/// VPS, SPS, PPS of the base layer, each with its identifier.
struct H265ParameterSetKey: ParameterSetKey {
    let type: UInt8
    let identifier: UInt32

    var rank: Int { Int(type) - Int(H265Syntax.videoParameterSet) }

    /// Enough for the sub-layers' profiles before an SPS's identifier.
    private static let identifierWithin = 160

    init?(_ unit: RawSpan) {
        guard unit.byteCount > 2 else { return nil }
        let header = NALUnitFraming.header(unit, at: 0, size: 2)
        // Other layers' sets count for themselves, and go as they come.
        guard header >> 3 & 0x3F == 0 else { return nil }
        self.type = H265Syntax.type(header)
        var reader = BitReader(rawPayload(unit, limit: Self.identifierWithin))
        let identifier: UInt32?
        let limit: UInt32
        switch type {
        case H265Syntax.videoParameterSet: (identifier, limit) = (reader.bits(4), 15)
        case H265Syntax.sequenceParameterSet:
            (identifier, limit) = (H265Profile(&reader).flatMap { _ in reader.exponentialGolomb() }, 15)
        case H265Syntax.pictureParameterSet: (identifier, limit) = (reader.exponentialGolomb(), 63)
        default: return nil
        }
        guard let identifier, identifier <= limit else { return nil }
        self.identifier = identifier
    }
}

/// The first bytes of a NAL unit's payload, without header and emulation prevention bytes: H.265 7.3.1.1.
private func rawPayload(_ unit: RawSpan, limit: Int) -> [UInt8] {
    var payload: [UInt8] = []
    var zeros = 0
    var offset = 2
    while offset < unit.byteCount, payload.count < limit {
        let byte = unit.byte(offset)
        offset += 1
        if zeros >= 2, byte == 3 {
            zeros = 0
            continue
        }
        zeros = byte == 0 ? zeros + 1 : 0
        payload.append(byte)
    }
    return payload
}

/// The general part of profile_tier_level, H.265 7.3.3.
struct H265Profile: Hashable, Sendable {
    let space: UInt32
    let tier: UInt32
    let identifier: UInt32
    /// 48 bits of flags: the `interop-constraints` of RFC 7798 7.1.
    let constraints: [UInt8]
    let level: UInt32

    /// - Parameter sps: a whole NAL unit of the base layer.
    init?(sequenceParameterSet sps: [UInt8]) {
        guard sps.count > 2 else { return nil }
        var reader = BitReader(rawPayload(sps.span.bytes, limit: 32))
        self.init(&reader)
    }

    /// Reads an SPS from its first field to the end of profile_tier_level (H.265 7.3.2.2.1).
    init?(_ reader: inout BitReader) {
        // sps_video_parameter_set_id, sps_max_sub_layers_minus1, sps_temporal_id_nesting_flag
        guard reader.skip(4), let subLayers = reader.bits(3), reader.skip(1),
            let space = reader.bits(2), let tier = reader.bits(1), let identifier = reader.bits(5), reader.skip(32)
        else { return nil }
        var constraints: [UInt8] = []
        for _ in 0..<6 {
            guard let byte = reader.bits(8) else { return nil }
            constraints.append(UInt8(byte))
        }
        guard let level = reader.bits(8), Self.skip(Int(subLayers), subLayers: &reader) else { return nil }
        (self.space, self.tier, self.identifier, self.level) = (space, tier, identifier, level)
        self.constraints = constraints
    }

    /// Profiles and levels of the lower sub-layers.
    private static func skip(_ count: Int, subLayers reader: inout BitReader) -> Bool {
        guard count > 0 else { return true }
        var bits = 0
        for _ in 0..<count {
            guard let hasProfile = reader.flag(), let hasLevel = reader.flag() else { return false }
            bits += (hasProfile ? 88 : 0) + (hasLevel ? 8 : 0)
        }
        // reserved_zero_2bits
        return reader.skip(2 * (8 - count)) && reader.skip(bits)
    }
}

extension H265ParameterSets {
    /// The first SPS, its VPS, and the first PPS that refers to it, which is all that SDP has room for.
    var firstTriple: (vps: [UInt8], sps: [UInt8], pps: [UInt8])? {
        guard let sps = first(rank: 1), let anyVPS = first(rank: 0), let anyPPS = first(rank: 2) else { return nil }
        // sps_video_parameter_set_id, H.265 7.3.2.2.1.
        let vps = first(rank: 0) { key, _ in key.identifier == UInt32(sps.bytes[2] >> 4) }
        let pps = first(rank: 2) { sequenceParameterSetIdentifier(ofPPS: $1) == sps.key.identifier }
        return ((vps ?? anyVPS).bytes, sps.bytes, (pps ?? anyPPS).bytes)
    }
}
