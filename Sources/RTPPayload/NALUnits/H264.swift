internal import MediaCore

// RFC 6184, RTP Payload Format for H.264 Video, packetization-mode=1 (non-interleaved).

extension PayloadFormat {
    /// RFC 6184 8.1. `sprop-parameter-sets` holds exactly one SPS and one PPS, as ExoPlayer insists; all others come in
    /// band. It is left out if the container has none (`avc3`).
    static func h264(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        let configuration = try H264Configuration(parsing: codec.configuration)
        var fmtp = [
            FormatParameter("packetization-mode", "1"),
            FormatParameter("profile-level-id", hexadecimal(configuration.profileLevel)),
        ]
        if let pair = configuration.parameterSets.firstPair, let pps = pair.pps,
            pair.sps.count + pps.count <= maximumParameterSetBytes
        {
            fmtp.append(FormatParameter("sprop-parameter-sets", "\(base64(pair.sps)),\(base64(pps))"))
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "H264", clockRate: .video, channels: nil, fmtp: fmtp,
            coding: .h264(configuration))
    }

    /// Larger parameter sets are sent in band alone: FFmpeg reads at most 16 kB of SDP.
    static let maximumParameterSetBytes = 4096
}

/// Packetizes H.264: see `NALUnitPacketizer`.
package struct H264Packetizer: Sendable {
    private var units: NALUnitPacketizer<H264Syntax>

    init(_ configuration: H264Configuration, layout: PacketLayout, payloadType: UInt8) {
        units = NALUnitPacketizer(configuration, layout: layout, payloadType: payloadType)
    }

    /// See `NALUnitPacketizer.configurationChanged`.
    mutating func configurationChanged(_ configuration: [UInt8]) {
        units.configurationChanged(configuration, as: H264Configuration.self)
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        try units.packetize(bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
    }
}

/// H.264's NAL unit types (table 7-1), STAP-A and FU-A.
/// ```
/// NAL unit header (1.3)   | F NRI type |
/// STAP-A (5.7.1)          | F NRI 24 | length (2) | NAL unit ... | length (2) | NAL unit ... |
/// FU-A (5.8)              | F NRI 28 | S E R type | a part of the NAL unit without its header |
/// ```
enum H264Syntax: NALUnitSyntax {
    typealias Key = H264ParameterSetKey

    static let idrSlice: UInt8 = 5
    static let sequenceParameterSet: UInt8 = 7
    static let pictureParameterSet: UInt8 = 8
    static let accessUnitDelimiter: UInt8 = 9
    static let sequenceParameterSetExtension: UInt8 = 13
    private static let stapA: NALUnit.Header = 24
    private static let fuA: NALUnit.Header = 28

    static var headerSize: Int { 1 }

    /// `nal_unit_type`.
    private static func type(_ header: NALUnit.Header) -> UInt8 { UInt8(header & 0x1F) }

    /// RFC 6184 5.2. In RTP, 0 is undefined and 24...31 are aggregates and fragments; H.264 leaves these types
    /// unspecified.
    static func isSendable(_ header: NALUnit.Header) -> Bool { (1...23).contains(type(header)) }

    static func isAccessUnitDelimiter(_ header: NALUnit.Header) -> Bool { type(header) == accessUnitDelimiter }

    static func isParameterSet(_ header: NALUnit.Header) -> Bool {
        switch type(header) {
        case sequenceParameterSet, sequenceParameterSetExtension, pictureParameterSet: true
        default: false
        }
    }

    static func beginsRandomAccess(_ header: NALUnit.Header) -> Bool { type(header) == idrSlice }

    /// RFC 6184 5.7.1: F is set if any unit's is, NRI is the highest.
    static func aggregateHeader(_ group: ArraySlice<NALUnit>) -> NALUnit.Header {
        let forbidden = group.reduce(0) { $0 | $1.header & 0x80 }
        let importance = group.reduce(0) { max($0, $1.header & 0x60) }
        return forbidden | importance | stapA
    }

    /// RFC 6184 5.8.
    static func fragmentHeader(_ header: NALUnit.Header) -> (payload: NALUnit.Header, type: UInt8) {
        (header & 0xE0 | fuA, type(header))
    }
}
