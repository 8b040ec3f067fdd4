internal import MediaCore

// RFC 9328, RTP Payload Format for Versatile Video Coding (VVC), without decoding order numbers.

extension PayloadFormat {
    /// RFC 9328 7.2. A raw stream whose demuxer yields no configuration has it in its first unit. Of VPS, SPS and PPS one
    /// each; all others come in band. They are left out if the container has none. A stream that refers to no VPS (its
    /// identifier is 0) has none.
    static func h266(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        let isRaw = codec.configuration.isEmpty && firstUnit.span.bytes.beginsWithStartCode
        let configuration = try H266Configuration(parsing: isRaw ? firstUnit : codec.configuration)
        let sets = configuration.parameterSets
        var fmtp: [FormatParameter] = []
        if let profile = sets.profile {
            fmtp += [
                FormatParameter("profile-id", String(profile.identifier)),
                FormatParameter("tier-flag", String(profile.tier)),
                FormatParameter("level-id", String(profile.level)),
            ]
        }
        if let (sps, pps) = sets.firstPair {
            let vps = sets.first(rank: 0) { key, _ in key.identifier == UInt32(sps[2] & 0x0F) }?.bytes
            fmtp += parameterSets(vps: vps, sps: sps, pps: pps)
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "H266", clockRate: .video, channels: nil, fmtp: fmtp,
            coding: .h266(configuration))
    }
}

/// Packetizes H.266: see `NALUnitPacketizer`.
package struct H266Packetizer: Sendable {
    private var units: NALUnitPacketizer<H266Syntax>

    init(_ configuration: H266Configuration, layout: PacketLayout, payloadType: UInt8) {
        units = NALUnitPacketizer(configuration, layout: layout, payloadType: payloadType)
    }

    /// See `NALUnitPacketizer.configurationChanged`.
    mutating func configurationChanged(_ configuration: [UInt8]) {
        units.configurationChanged(configuration, as: H266Configuration.self)
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        try units.packetize(bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
    }
}

/// H.266's NAL unit types (table 5), aggregation packets and fragmentation units.
/// ```
/// NAL unit header (1.1.4)  | F Z LayerId(6) Type(5) TID(3) |
/// AP (4.3.2)               | F Z LayerId      28    TID    | length (2) | NAL unit ... | length (2) | NAL unit ... |
/// FU (4.3.3)               | F Z LayerId      29    TID    | S E P FuType(5) | a part of the NAL unit without its header |
/// ```
/// P: the fragment is the last of its picture.
enum H266Syntax: NALUnitSyntax {
    typealias Key = H266ParameterSetKey

    static let videoParameterSet: UInt8 = 14
    static let sequenceParameterSet: UInt8 = 15
    static let pictureParameterSet: UInt8 = 16
    private static let accessUnitDelimiter: UInt8 = 20
    /// IDR with and without leading pictures, CRA.
    private static let randomAccess: ClosedRange<UInt8> = 7...9
    /// Slices.
    private static let pictureParts: ClosedRange<UInt8> = 0...11
    private static let aggregationPacket: NALUnit.Header = 28
    private static let fragmentationUnit: NALUnit.Header = 29
    private static let typeMask: NALUnit.Header = 0x00F8

    static var headerSize: Int { 2 }
    static var pictureEnd: UInt8 { 0x20 }

    /// `nal_unit_type`.
    static func type(_ header: NALUnit.Header) -> UInt8 { UInt8(header >> 3 & 0x1F) }

    /// RFC 9328 4.3: 28 and 29 mean aggregates and fragments; H.266 leaves 28...31 unspecified.
    static func isSendable(_ header: NALUnit.Header) -> Bool { type(header) < 28 }

    static func isAccessUnitDelimiter(_ header: NALUnit.Header) -> Bool { type(header) == accessUnitDelimiter }

    static func isParameterSet(_ header: NALUnit.Header) -> Bool {
        (videoParameterSet...pictureParameterSet).contains(type(header))
    }

    static func beginsRandomAccess(_ header: NALUnit.Header) -> Bool { randomAccess.contains(type(header)) }

    static func isPicturePart(_ header: NALUnit.Header) -> Bool { pictureParts.contains(type(header)) }

    /// RFC 9328 4.3.2: F is set if any unit's is; the lowest LayerId and the lowest TID.
    static func aggregateHeader(_ group: ArraySlice<NALUnit>) -> NALUnit.Header {
        lowest(of: group, layer: 0x3F00) | aggregationPacket << 3
    }

    /// RFC 9328 4.3.3.
    static func fragmentHeader(_ header: NALUnit.Header) -> (payload: NALUnit.Header, type: UInt8) {
        (header & ~typeMask | fragmentationUnit << 3, type(header))
    }
}
