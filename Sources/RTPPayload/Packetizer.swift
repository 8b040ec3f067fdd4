/// Writes access units of one track as RTP packets. Made by `PayloadFormat.makePacketizer`, one per cursor and track.
///
/// A closed enum, so that the hot path has no existential.
package enum Packetizer: Sendable {
    case h264(H264Packetizer)
    case h265(H265Packetizer)
    case mpeg4Visual(MPEG4VisualPacketizer)
    case mpegVideo(MPEGVideoPacketizer)
    case motionJPEG(MotionJPEGPacketizer)
    case h263(H263Packetizer)
    case h266(H266Packetizer)
    case vp8(VP8Packetizer)
    case vp9(VP9Packetizer)
    case av1(AV1Packetizer)
    case mpeg4Generic(MPEG4GenericPacketizer)
    case mpegAudio(MPEGAudioPacketizer)
    case ac3(AC3Packetizer)
    case pcm(PCMPacketizer)
    case opus(OpusPacketizer)
    case speech(SpeechPacketizer)
    case klv(KLVPacketizer)
    case t140(T140Packetizer)
    case dv(DVPacketizer)
    case jpeg2000(JPEG2000Packetizer)
    case rawVideo(RawVideoPacketizer)
    case transportStream(TransportStreamPacketizer)
    case xiph(XiphPacketizer)
    case latm(LATMPacketizer)
    case h261(H261Packetizer)
    case vc2(VC2Packetizer)
    case vc1(VC1Packetizer)

    /// Appends the RTP packets of one access unit to `output`, laid out as `PacketRun` documents.
    ///
    /// Of each packet's 12 header bytes, version, marker and payload type are written; the other ten are zero, and so
    /// is the prefix. The marker is the format's own: video, AAC and AC-3 set it where a unit (or a frame of it) ends, the other audio
    /// formats, for which it would begin a talk spurt, never. At least one packet is written.
    /// - Parameters:
    ///   - bytes: the access unit as the container stores it; of uncompressed audio, and of telephone codecs, a piece that `SampleFraming` measures.
    ///   - isRandomAccessPoint: decoding can begin here.
    ///   - output: on error nothing has been appended.
    ///   - runs: the unit's runs are appended; on error none.
    ///   - base: offset of `output`'s first byte in the wire buffer, for the runs; not negative.
    /// - Throws: `.outputFull` if `output`'s free capacity does not do; the packetizer is as it was, and the same unit
    ///   can be tried again with more room.
    package mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        switch self {
        case .h264(var packetizer):
            // The case's value is moved out and put back, so that its buffers are referenced once and not copied when
            // written.
            self = .vacated
            defer { self = .h264(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        case .h265(var packetizer):
            self = .vacated
            defer { self = .h265(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        case .mpeg4Visual(var packetizer):
            self = .vacated
            defer { self = .mpeg4Visual(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        case .mpegVideo(var packetizer):
            self = .vacated
            defer { self = .mpegVideo(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        case .motionJPEG(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .h263(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .h266(var packetizer):
            self = .vacated
            defer { self = .h266(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        case .vp8(var packetizer):
            defer { self = .vp8(packetizer) }
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .vp9(var packetizer):
            defer { self = .vp9(packetizer) }
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .av1(var packetizer):
            self = .vacated
            defer { self = .av1(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        case .mpeg4Generic(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .mpegAudio(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .ac3(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .pcm(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .opus(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .speech(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .klv(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .t140(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .dv(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .jpeg2000(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .rawVideo(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .transportStream(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .xiph(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .latm(var packetizer):
            self = .vacated
            defer { self = .latm(packetizer) }
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .h261(let packetizer):
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .vc2(var packetizer):
            self = .vacated
            defer { self = .vc2(packetizer) }
            try packetizer.packetize(bytes, into: &output, runs: &runs, base: base)
        case .vc1(var packetizer):
            self = .vacated
            defer { self = .vc1(packetizer) }
            try packetizer.packetize(
                bytes, isRandomAccessPoint: isRandomAccessPoint, into: &output, runs: &runs, base: base)
        }
    }

    /// What `self` is while its value is moved out: any case that costs nothing.
    private static let vacated = Packetizer.mpeg4Generic(
        MPEG4GenericPacketizer(
            layout: PacketLayout(prefix: 0, maximumPacketSize: PacketLayout.minimumPacketSize), payloadType: 0,
            isADTS: false))

    /// The units that follow belong to another sample description: `configuration` is as in `CodecDescription`.
    ///
    /// A configuration that cannot be parsed, or that the format has no means to announce in mid-stream, changes
    /// nothing.
    package mutating func configurationChanged(_ configuration: [UInt8]) {
        switch self {
        case .h264(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .h264(packetizer)
        case .h265(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .h265(packetizer)
        case .mpeg4Visual(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .mpeg4Visual(packetizer)
        case .mpegVideo(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .mpegVideo(packetizer)
        case .h266(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .h266(packetizer)
        case .av1(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .av1(packetizer)
        case .vc1(var packetizer):
            packetizer.configurationChanged(configuration)
            self = .vc1(packetizer)
        case .motionJPEG, .h263, .vp8, .vp9:
            // Each picture says all that it needs.
            break
        case .mpeg4Generic, .latm:
            // RFC 3640 has the configuration in SDP alone.
            break
        case .dv, .jpeg2000, .rawVideo, .transportStream, .h261:
            // Each picture says all that it needs, or the format has nothing that could change.
            break
        case .mpegAudio, .ac3, .pcm, .opus, .speech, .klv, .t140:
            // The frames say all themselves, or the format has nothing that could change.
            break
        case .vc2:
            // Sequence headers are in the stream.
            break
        case .xiph:
            // SDP alone has the headers (RFC 5215 3.2): FFmpeg takes no others.
            break
        }
    }
}

/// Why an access unit could not be packetized.
package enum PacketizationError: Error, Hashable, Sendable {
    /// More room is needed; nothing has changed.
    case outputFull
    /// The unit is damaged; the reason is a clause for a person, `offset` is in the unit.
    case malformed(String, offset: Int)
    /// The unit has `bytes` bytes, and the format or this packetizer carries at most `limit`.
    case tooLarge(bytes: Int, limit: Int)
}

extension PacketizationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outputFull: "output full"
        case .malformed(let reason, let offset): "\(reason) at byte \(offset)"
        case .tooLarge(let bytes, let limit): "access unit of \(bytes) bytes, limit \(limit)"
        }
    }
}
