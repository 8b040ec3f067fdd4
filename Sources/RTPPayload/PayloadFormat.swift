package import MediaCore

/// How a track travels in RTP: what SDP says of it, and the packetizer that keeps the promise.
package struct PayloadFormat: Hashable, Sendable {
    /// The media type registered with IANA: `video`, `audio`, `text` or `application`, the first word of an SDP `m=` line.
    package let mediaType: String
    /// The registered subtype as `a=rtpmap` spells it: `H264`, `mpeg4-generic`.
    package let encodingName: String
    /// Of RTP timestamps.
    package let clockRate: ClockRate
    /// The encoding parameter of `a=rtpmap`; nil for video.
    package let channels: Int?
    /// Format-specific parameters in order.
    package let fmtp: [FormatParameter]
    let coding: Coding
    /// The payload type that RFC 3551 6 assigns to exactly this encoding, clock rate and channel count; nil if it assigns none.
    package var staticPayloadType: UInt8?
    /// What becomes of the samples on the way, a clause for a person; nil if the access units travel as they are, or the same samples in
    /// another order of bytes.
    package var note: String?

    /// What each format's packetizer needs to know.
    enum Coding: Hashable, Sendable {
        case h264(H264Configuration)
        case h265(H265Configuration)
        case mpeg4Visual(SequenceHeaders)
        case mpegVideo(SequenceHeaders)
        case motionJPEG
        case h263
        case h266(H266Configuration)
        case vp8
        case vp9
        case av1(AV1Configuration)
        case mpeg4Generic(isADTS: Bool, samplesPerUnit: Int)
        case latm(LATMCarriage)
        case mpegAudio
        case ac3
        case eac3
        case pcm(SampleConversion)
        case opus
        case speech(SpeechFormat)
        case klv
        case t140(TextFormat)
        case dv
        case jpeg2000
        case rawVideo(RawConversion)
        case transportStream
        /// Vorbis and Theora.
        case xiph(identifier: UInt32)
        case h261
        case vc2(VC2Sequence)
        case vc1(VC1Stream)
    }

    /// The format for a track, from its codec's own configuration.
    /// - Parameters:
    ///   - firstUnit: the track's first access unit as the container stores it, for what the configuration leaves open; empty if it is not
    ///     at hand.
    ///   - isNative: the codec's own format is wanted, also where by default it travels in another that more clients know.
    package static func make(
        for codec: CodecDescription, firstUnit: [UInt8] = [], isNative: Bool = false
    ) throws(PayloadFormatError) -> PayloadFormat {
        switch codec.codec {
        case .h264: try .h264(codec)
        case .h265: try .h265(codec, firstUnit: firstUnit)
        case .mpeg4Visual: try .mpeg4Visual(codec, firstUnit: firstUnit)
        case .mpeg1Video, .mpeg2Video: try .mpegVideo(codec, firstUnit: firstUnit)
        case .motionJPEG: try .motionJPEG(codec, firstUnit: firstUnit)
        case .h263: try .h263(firstUnit: firstUnit)
        case .h266: try .h266(codec, firstUnit: firstUnit)
        case .vp8: try .vp8(firstUnit: firstUnit)
        case .vp9: try .vp9(firstUnit: firstUnit)
        case .av1: try .av1(codec, firstUnit: firstUnit)
        case .aac: try .mpeg4Generic(codec, firstUnit: firstUnit)
        case .latm where isNative: try .mp4aLATM(codec, firstUnit: firstUnit)
        case .latm: try .latm(codec, firstUnit: firstUnit)
        case .mpegAudio: .mpegAudio()
        case .ac3: try .ac3(codec, firstUnit: firstUnit)
        case .eac3: try .eac3(codec, firstUnit: firstUnit)
        case .pcm(let format): try .linearAudio(codec, format)
        case .pcmu: try .g711(codec, .muLaw)
        case .pcma: try .g711(codec, .aLaw)
        case .opus: try .opus(codec)
        case .amr, .amrWB: try .amr(codec)
        case .g722, .g726, .g7231, .g729: try .recommendation(codec)
        case .gsm, .gsmMS: try .gsm(codec)
        case .ilbc: try .ilbc(codec)
        case .qcelp: try .qcelp(codec)
        case .evrc: try .evrc(codec)
        case .klv: .klv()
        case .text(let format): .t140(format)
        case .dv: try .dv(firstUnit: firstUnit)
        case .jpeg2000: try .jpeg2000(codec, firstUnit: firstUnit)
        case .rawVideo: try .rawVideo(codec, firstUnit: firstUnit)
        case .vorbis: try .vorbis(codec)
        case .theora: try .theora(codec)
        case .speex: try .speex(codec)
        case .h261: try .h261(firstUnit: firstUnit)
        case .vc2: try .vc2(firstUnit: firstUnit)
        case .vc1, .wmv3: try .vc1(codec, firstUnit: firstUnit)
        default: throw PayloadFormatError(refusal(of: codec.codec) ?? "no RTP payload format for \(codec.codec)")
        }
    }

    /// Why no stream of `codec` can be sent, a clause for a person; nil if the stream's parameters decide.
    package static func refusal(of codec: Codec) -> String? {
        switch codec {
        case .h264, .h265, .mpeg4Visual, .mpeg1Video, .mpeg2Video, .motionJPEG, .h263: nil
        case .h266, .vp8, .vp9, .av1: nil
        case .aac, .mpegAudio, .ac3, .pcm, .pcmu, .pcma, .opus: nil
        case .amr, .amrWB, .g722, .g726, .g7231, .g729, .gsm, .gsmMS, .ilbc, .qcelp, .evrc: nil
        case .klv, .text: nil
        case .vorbis, .theora: nil
        case .eac3, .speex, .latm: nil
        case .dv, .jpeg2000, .rawVideo, .h261: nil
        case .vc2, .vc1, .wmv3: nil
        default: "no RTP payload format for \(codec)"
        }
    }

    /// - Parameter payloadType: 0...127; written in every packet's header.
    package func makePacketizer(layout: PacketLayout, payloadType: UInt8) -> Packetizer {
        precondition(payloadType <= 127)
        switch coding {
        case .h264(let configuration):
            return .h264(H264Packetizer(configuration, layout: layout, payloadType: payloadType))
        case .h265(let configuration):
            return .h265(H265Packetizer(configuration, layout: layout, payloadType: payloadType))
        case .mpeg4Visual(let headers):
            return .mpeg4Visual(MPEG4VisualPacketizer(headers, layout: layout, payloadType: payloadType))
        case .mpegVideo(let headers):
            return .mpegVideo(MPEGVideoPacketizer(headers, layout: layout, payloadType: payloadType))
        case .motionJPEG:
            return .motionJPEG(MotionJPEGPacketizer(layout: layout, payloadType: payloadType))
        case .h263:
            return .h263(H263Packetizer(layout: layout, payloadType: payloadType))
        case .h266(let configuration):
            return .h266(H266Packetizer(configuration, layout: layout, payloadType: payloadType))
        case .vp8: return .vp8(VP8Packetizer(layout: layout, payloadType: payloadType))
        case .vp9: return .vp9(VP9Packetizer(layout: layout, payloadType: payloadType))
        case .av1(let configuration):
            return .av1(AV1Packetizer(configuration, layout: layout, payloadType: payloadType))
        case .mpeg4Generic(let isADTS, _):
            return .mpeg4Generic(MPEG4GenericPacketizer(layout: layout, payloadType: payloadType, isADTS: isADTS))
        case .latm(let carriage): return .latm(LATMPacketizer(carriage, layout: layout, payloadType: payloadType))
        case .mpegAudio: return .mpegAudio(MPEGAudioPacketizer(layout: layout, payloadType: payloadType))
        case .ac3: return .ac3(AC3Packetizer(layout: layout, payloadType: payloadType))
        case .eac3: return .ac3(AC3Packetizer(layout: layout, payloadType: payloadType, isEnhanced: true))
        case .pcm(let samples): return .pcm(PCMPacketizer(samples, layout: layout, payloadType: payloadType))
        case .opus: return .opus(OpusPacketizer(layout: layout, payloadType: payloadType))
        case .speech(let format):
            return .speech(SpeechPacketizer(format, layout: layout, payloadType: payloadType))
        case .klv: return .klv(KLVPacketizer(layout: layout, payloadType: payloadType))
        case .t140(let text): return .t140(T140Packetizer(text, layout: layout, payloadType: payloadType))
        case .dv: return .dv(DVPacketizer(layout: layout, payloadType: payloadType))
        case .jpeg2000: return .jpeg2000(JPEG2000Packetizer(layout: layout, payloadType: payloadType))
        case .rawVideo(let conversion):
            return .rawVideo(RawVideoPacketizer(conversion, layout: layout, payloadType: payloadType))
        case .transportStream:
            return .transportStream(TransportStreamPacketizer(layout: layout, payloadType: payloadType))
        case .xiph(let identifier):
            return .xiph(XiphPacketizer(identifier: identifier, layout: layout, payloadType: payloadType))
        case .h261: return .h261(H261Packetizer(layout: layout, payloadType: payloadType))
        case .vc2(let sequence):
            return .vc2(VC2Packetizer(sequence, layout: layout, payloadType: payloadType))
        case .vc1(let stream): return .vc1(VC1Packetizer(stream, layout: layout, payloadType: payloadType))
        }
    }

    /// What collects several access units for one packet; nil if the format has no packets of several.
    package func makeAggregate(layout: PacketLayout, payloadType: UInt8) -> MPEG4GenericAggregate? {
        precondition(payloadType <= 127)
        guard case .mpeg4Generic(let isADTS, let samplesPerUnit) = coding else { return nil }
        return MPEG4GenericAggregate(
            layout: layout, payloadType: payloadType, isADTS: isADTS, clockRate: clockRate,
            samplesPerUnit: samplesPerUnit)
    }

    /// The values of a media description's `a=rtpmap` and `a=fmtp`, RFC 8866 6.6 and 6.15.
    package func sdpMedia(payloadType: UInt8) -> SDPAttributes {
        let channels = channels.map { "/\($0)" } ?? ""
        let parameters = fmtp.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
        return SDPAttributes(
            rtpmap: "\(payloadType) \(encodingName)/\(clockRate.hertz)\(channels)",
            fmtp: fmtp.isEmpty ? nil : "\(payloadType) \(parameters)")
    }

    package struct SDPAttributes: Hashable, Sendable {
        /// `96 H264/90000`
        package let rtpmap: String
        /// `96 packetization-mode=1;...`
        package let fmtp: String?
    }
}

/// One format-specific parameter of `a=fmtp`.
package struct FormatParameter: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Why a track cannot be sent: one clause for a person.
package struct PayloadFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
    package var description: String { reason }
}
