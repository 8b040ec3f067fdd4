internal import MediaCore

// RFC 6416, RTP Payload Format for MPEG-4 Audio/Visual Streams, section 6: audio in LATM.

extension PayloadFormat {
    /// RFC 6416 7.3, the configuration in SDP alone (`cpresent=0`): FFmpeg and GStreamer take no other.
    ///
    /// The clock is that of the decoder's output if the configuration states SBR (6.1), else the core coder's.
    static func mp4aLATM(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        // The same streams are refused, for the same reasons.
        let generic = try latm(codec, firstUnit: firstUnit)
        let found: LATMElement.Configuration?
        do throws(LATMError) {
            found = try LATMElement(firstUnit.span.bytes).configuration
        } catch {
            throw PayloadFormatError(error.reason)
        }
        guard let found else { throw PayloadFormatError("LATM without a StreamMuxConfig") }
        var configuration: [UInt8] = []
        LATMElement.append(
            found.core.count, bitsFrom: found.core.lowerBound, of: firstUnit.span.bytes, to: &configuration)
        let config = try AudioSpecificConfig(parsing: configuration)
        return PayloadFormat(
            mediaType: "audio", encodingName: "MP4A-LATM", clockRate: config.extensionSampleRate ?? generic.clockRate,
            channels: generic.channels,
            fmtp: [
                FormatParameter("profile-level-id", String(config.profileLevelIndication)),
                FormatParameter("cpresent", "0"),
                FormatParameter(
                    "config", hexadecimal(StreamMuxConfig.bytes(configuration, bits: found.core.count))),
            ], coding: .latm(.muxElements))
    }
}

/// StreamMuxConfig of version 0, ISO/IEC 14496-3 table 1.42: one programme of one layer, one frame in an element, its length stated.
/// ```
/// | 0 | 1 | subframes 6 = 0 | programmes 4 = 0 | layers 3 = 0 | AudioSpecificConfig | frameLengthType 3 = 0 |
/// | latmBufferFullness 8 = 0xFF | otherDataPresent = 0 | crcCheckPresent = 0 |
/// ```
enum StreamMuxConfig {
    /// - Parameters:
    ///   - configuration: an AudioSpecificConfig, zeros behind its end.
    ///   - bits: its length.
    static func bytes(_ configuration: [UInt8], bits: Int) -> [UInt8] {
        let before = 15
        var bytes = [UInt8](repeating: 0, count: (before + bits + 13 + 7) / 8)
        func set(_ bit: Int) { bytes[bit / 8] |= 0x80 >> UInt8(bit % 8) }
        set(1)
        for bit in 0..<bits where configuration[bit / 8] & 0x80 >> UInt8(bit % 8) != 0 { set(before + bit) }
        for bit in 3..<11 { set(before + bits + bit) }
        return bytes
    }
}

/// Packetizes an AudioMuxElement without configuration: one in a packet, or fragments of one, of which the last bears the marker (6.1).
/// There is no payload header (figure 3):
/// ```
/// | PayloadLengthInfo: bytes of 255, and a smaller one; their sum is the frame's length | the frame |
/// ```
struct AudioMuxElementPacketizer: Sendable {
    let layout: PacketLayout
    let payloadType: UInt8

    /// PayloadLengthInfo, table 1.44.
    static func append(length: Int, to element: inout [UInt8]) {
        for _ in 0..<length / 255 { element.append(255) }
        element.append(UInt8(length % 255))
    }

    /// See `Packetizer.packetize`.
    /// - Parameter element: with its length.
    func packetize(
        _ element: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize
        guard element.byteCount > 1 else { throw .malformed("empty access unit", offset: 0) }
        try output.writePieces(
            of: element, largest: largest, marksEnd: true, base: base, layout: layout, payloadType: payloadType,
            runs: &runs)
    }
}
