internal import MediaCore

// RFC 3640, RTP Payload Format for Transport of MPEG-4 Elementary Streams, mode AAC-hbr (3.3.6).

extension PayloadFormat {
    /// RFC 3640 4.1 and 3.3.6.
    ///
    /// Clock rate and channels are the *core* coder's, also for HE-AAC, whose decoder puts out twice the rate (SBR) and
    /// stereo from mono (PS). RFC 3640 says no more than "the sampling rate"; RFC 6416 wants the doubled one for its
    /// own format if SBR is signalled. But ExoPlayer decodes by an AAC LC configuration that it makes from this very
    /// rate and channel count, so only the core's play at the right speed there; GStreamer's payloader and live555 send
    /// them too; FFmpeg and GStreamer decode by `config` and take the rate for the timestamps' only. One unit is then
    /// 1,024 (or 960) ticks in every file.
    ///
    /// A track without a configuration has ADTS headers (raw files, MPEG-TS, some AVI), of which the first says the same.
    static func mpeg4Generic(
        _ codec: CodecDescription, firstUnit: [UInt8]
    ) throws(PayloadFormatError) -> PayloadFormat {
        let isADTS = codec.configuration.isEmpty
        let configuration = isADTS ? try ADTSHeader.audioSpecificConfig(from: firstUnit) : codec.configuration
        let config = try AudioSpecificConfig(parsing: configuration)
        let channels = config.channels > 0 ? config.channels : codec.channels
        guard channels > 0 else { throw PayloadFormatError("AAC without a channel count") }
        return PayloadFormat(
            mediaType: "audio", encodingName: "mpeg4-generic", clockRate: config.sampleRate, channels: channels,
            fmtp: [
                // AudioStream, ISO/IEC 14496-1 table 6.
                FormatParameter("streamtype", "5"),
                FormatParameter("profile-level-id", String(config.profileLevelIndication)),
                FormatParameter("mode", "AAC-hbr"),
                FormatParameter("sizelength", "13"),
                FormatParameter("indexlength", "3"),
                FormatParameter("indexdeltalength", "3"),
                FormatParameter("config", hexadecimal(configuration)),
            ], coding: .mpeg4Generic(isADTS: isADTS, samplesPerUnit: config.samplesPerUnit))
    }
}

/// Packetizes AAC: one access unit per packet, or fragments of one.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  AU-headers-length = 16 bits  |  AU-size (13 bits)      |index|  the access unit, or a part of it
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct MPEG4GenericPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    /// Each unit begins with an ADTS header, which does not travel.
    private let isADTS: Bool

    /// What 13 bits of AU-size can say (RFC 3640 3.3.6).
    static let maximumUnit = 8191
    /// AU-headers-length and one AU-header.
    private static let headerSection = 4

    init(layout: PacketLayout, payloadType: UInt8, isADTS: Bool) {
        self.layout = layout
        self.payloadType = payloadType
        self.isADTS = isADTS
    }

    /// See `Packetizer.packetize`. Each fragment's AU-header states the whole unit's size (RFC 3640 3.2.3); the marker
    /// says that a unit ends (3.1).
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.headerSection
        // SAFETY: the pointer is used inside the closure alone, from 0 to its count.
        try bytes.withUnsafeBytes { (stored) throws(PacketizationError) in
            let unit = try accessUnit(stored)
            let size = unit.count
            guard size > 0 else { throw .malformed("empty access unit", offset: 0) }
            guard size <= Self.maximumUnit else { throw .tooLarge(bytes: size, limit: Self.maximumUnit) }
            let header = UInt32(16) << 16 | UInt32(truncatingIfNeeded: size) << 3
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                for start in stride(from: 0, to: size, by: largest) {
                    let part = min(largest, size - start)
                    let payload = try writer.packet(
                        payload: Self.headerSection + part, marker: start + part == size, runs: &runs)
                    payload.storeBytes(of: header.bigEndian, as: UInt32.self)
                    payload.advanced(by: Self.headerSection).copyMemory(
                        from: unit.baseAddress! + start, byteCount: part)
                }
            }
        }
    }

    /// Without ADTS header. A track with a configuration has none by right; one that has them all the same is sent without.
    func accessUnit(_ stored: UnsafeRawBufferPointer) throws(PacketizationError) -> UnsafeRawBufferPointer {
        guard let header = ADTSHeader(stored) else {
            if isADTS { throw .malformed("no ADTS header", offset: 0) }
            return stored
        }
        if !isADTS, header.frameBytes != stored.count { return stored }
        return try header.payload(of: stored)
    }
}
