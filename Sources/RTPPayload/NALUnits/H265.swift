internal import MediaCore

// RFC 7798, RTP Payload Format for High Efficiency Video Coding (HEVC), without decoding order numbers.

extension PayloadFormat {
    /// RFC 7798 7.1. A raw stream whose demuxer yields no configuration has it in its first unit. Of VPS, SPS and PPS one each, as ExoPlayer insists; all others come in band. They are left out if
    /// the container has none (`hev1`).
    static func h265(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        let isRaw = codec.configuration.isEmpty && firstUnit.span.bytes.beginsWithStartCode
        let configuration = try H265Configuration(parsing: isRaw ? firstUnit : codec.configuration)
        var fmtp: [FormatParameter] = []
        if let profile = configuration.profile {
            fmtp += [
                FormatParameter("profile-space", String(profile.space)),
                FormatParameter("profile-id", String(profile.identifier)),
                FormatParameter("tier-flag", String(profile.tier)),
                FormatParameter("level-id", String(profile.level)),
                FormatParameter("interop-constraints", hexadecimal(profile.constraints)),
            ]
        }
        if let sets = configuration.parameterSets.firstTriple {
            fmtp += parameterSets(vps: sets.vps, sps: sets.sps, pps: sets.pps)
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "H265", clockRate: .video, channels: nil, fmtp: fmtp,
            coding: .h265(configuration))
    }

    /// RFC 7798 7.1, RFC 9328 7.2; none if they are too large for SDP.
    static func parameterSets(vps: [UInt8]?, sps: [UInt8], pps: [UInt8]) -> [FormatParameter] {
        guard (vps?.count ?? 0) + sps.count + pps.count <= maximumParameterSetBytes else { return [] }
        return (vps.map { [FormatParameter("sprop-vps", base64($0))] } ?? [])
            + [FormatParameter("sprop-sps", base64(sps)), FormatParameter("sprop-pps", base64(pps))]
    }
}

/// Packetizes H.265: see `NALUnitPacketizer`.
package struct H265Packetizer: Sendable {
    private var units: NALUnitPacketizer<H265Syntax>

    init(_ configuration: H265Configuration, layout: PacketLayout, payloadType: UInt8) {
        units = NALUnitPacketizer(configuration, layout: layout, payloadType: payloadType)
    }

    /// See `NALUnitPacketizer.configurationChanged`.
    mutating func configurationChanged(_ configuration: [UInt8]) {
        units.configurationChanged(configuration, as: H265Configuration.self)
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        try units.packetize(bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
    }
}

/// H.265's NAL unit types (table 7-1), aggregation packets and fragmentation units.
/// ```
/// NAL unit header (1.1.4)  | F Type(6) LayerId(6) TID(3) |
/// AP (4.4.2)               | F   48    LayerId    TID    | length (2) | NAL unit ... | length (2) | NAL unit ... |
/// FU (4.4.3)               | F   49    LayerId    TID    | S E FuType(6) | a part of the NAL unit without its header |
/// ```
enum H265Syntax: NALUnitSyntax {
    typealias Key = H265ParameterSetKey

    static let videoParameterSet: UInt8 = 32
    static let sequenceParameterSet: UInt8 = 33
    static let pictureParameterSet: UInt8 = 34
    static let accessUnitDelimiter: UInt8 = 35
    /// BLA, IDR, CRA, and types reserved for such pictures.
    private static let randomAccess: ClosedRange<UInt8> = 16...23
    private static let aggregationPacket: NALUnit.Header = 48
    private static let fragmentationUnit: NALUnit.Header = 49
    private static let typeMask: NALUnit.Header = 0x7E00

    static var headerSize: Int { 2 }

    /// `nal_unit_type`.
    static func type(_ header: NALUnit.Header) -> UInt8 { UInt8(header >> 9 & 0x3F) }

    /// RFC 7798 1.1.4 and 4.4: 48...50 are aggregates, fragments and PACI in RTP; H.265 leaves 48...63 unspecified.
    static func isSendable(_ header: NALUnit.Header) -> Bool { type(header) < 48 }

    static func isAccessUnitDelimiter(_ header: NALUnit.Header) -> Bool { type(header) == accessUnitDelimiter }

    static func isParameterSet(_ header: NALUnit.Header) -> Bool {
        (videoParameterSet...pictureParameterSet).contains(type(header))
    }

    static func beginsRandomAccess(_ header: NALUnit.Header) -> Bool { randomAccess.contains(type(header)) }

    /// RFC 7798 4.4.2: F is set if any unit's is; the lowest LayerId and the lowest TID.
    static func aggregateHeader(_ group: ArraySlice<NALUnit>) -> NALUnit.Header {
        lowest(of: group, layer: 0x1F8) | aggregationPacket << 9
    }

    /// RFC 7798 4.4.3.
    static func fragmentHeader(_ header: NALUnit.Header) -> (payload: NALUnit.Header, type: UInt8) {
        (header & ~typeMask | fragmentationUnit << 9, type(header))
    }
}
