internal import MediaCore

// AAC in LATM, sent by RFC 3640 like any other AAC. RFC 6416 has a format for LATM itself (`MP4ALATM.swift`), which recommends this one for
// new systems (section 1), needs the configuration in SDP all the same, and has receivers take the frames out: FFmpeg and GStreamer hand
// out the same bytes either way, and more clients play this one.

extension PayloadFormat {
    /// As `mpeg4Generic`, with the AudioSpecificConfig that stands in the first unit.
    static func latm(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        let configuration: [UInt8]
        do throws(LATMError) {
            configuration = try Self.audioSpecificConfig(of: firstUnit)
        } catch {
            throw PayloadFormatError(error.reason)
        }
        guard !configuration.isEmpty else { throw PayloadFormatError("LATM without a StreamMuxConfig") }
        var plain = codec
        plain.configuration = configuration
        let format = try mpeg4Generic(plain, firstUnit: firstUnit)
        return PayloadFormat(
            mediaType: format.mediaType, encodingName: format.encodingName, clockRate: format.clockRate,
            channels: format.channels, fmtp: format.fmtp, coding: .latm(.accessUnits))
    }

    private static func audioSpecificConfig(of unit: [UInt8]) throws(LATMError) -> [UInt8] {
        var bytes: [UInt8] = []
        if let found = try LATMElement(unit.span.bytes).configuration {
            LATMElement.append(found.bits.count, bitsFrom: found.bits.lowerBound, of: unit.span.bytes, to: &bytes)
        }
        return bytes
    }

    /// How AAC that comes in LATM travels.
    enum LATMCarriage: Hashable, Sendable {
        /// Its frames, by RFC 3640.
        case accessUnits
        /// Elements without configuration, by RFC 6416.
        case muxElements
    }
}

/// Takes the frame out of each LATM element, and packetizes it as `MPEG4GenericPacketizer` does or in an element that has no configuration.
package struct LATMPacketizer: Sendable {
    private enum Inner {
        case accessUnits(MPEG4GenericPacketizer)
        case muxElements(AudioMuxElementPacketizer)
    }

    private let inner: Inner
    /// The frame under way, aligned, and what stands before it in an element.
    private var frame: [UInt8] = []

    init(_ carriage: PayloadFormat.LATMCarriage, layout: PacketLayout, payloadType: UInt8) {
        switch carriage {
        case .accessUnits:
            inner = .accessUnits(MPEG4GenericPacketizer(layout: layout, payloadType: payloadType, isADTS: false))
        case .muxElements:
            inner = .muxElements(AudioMuxElementPacketizer(layout: layout, payloadType: payloadType))
        }
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let element: LATMElement
        do throws(LATMError) {
            element = try LATMElement(bytes)
        } catch {
            throw .malformed(error.reason, offset: 0)
        }
        frame.removeAll(keepingCapacity: true)
        if case .muxElements = inner { AudioMuxElementPacketizer.append(length: element.frameSize, to: &frame) }
        LATMElement.append(element.frameSize * 8, bitsFrom: element.frameStart, of: bytes, to: &frame)
        switch inner {
        case .accessUnits(let packetizer):
            try packetizer.packetize(frame.span.bytes, into: &output, runs: &runs, base: base)
        case .muxElements(let packetizer):
            try packetizer.packetize(frame.span.bytes, into: &output, runs: &runs, base: base)
        }
    }
}
