internal import MediaCore

/// Whether a stream that was described once can go on with another encoder's units.
extension PayloadFormat {
    /// Why units of this format cannot follow those of `described` in one RTP stream, whose receivers know what SDP said of `described` and
    /// nothing else; a clause for a person. Nil if they can: what differs is told in band, before the first random access point.
    package func refusal(toFollow described: PayloadFormat) -> String? {
        guard mediaType == described.mediaType, encodingName == described.encodingName else {
            return "\(encodingName) instead of \(described.encodingName)"
        }
        guard clockRate == described.clockRate else {
            return "\(encodingName) at \(clockRate.hertz) Hz instead of \(described.clockRate.hertz) Hz"
        }
        guard channels == described.channels else {
            return "\(encodingName) with \(channels ?? 1) channels instead of \(described.channels ?? 1)"
        }
        guard !isToldInBand(after: described) else { return nil }
        for parameter in fmtp {
            let promised = described.fmtp.first { $0.name == parameter.name }
            if promised != parameter { return "\(encodingName) with another \(parameter.name)" }
        }
        if let missing = described.fmtp.first(where: { one in !fmtp.contains { $0.name == one.name } }) {
            return "\(encodingName) without \(missing.name)"
        }
        return nil
    }

    /// Whether the units say all that a decoder needs, whatever SDP says: each packetizer puts the parameter sets or sequence headers that
    /// it knows before the random access points that lack them.
    private func isToldInBand(after described: PayloadFormat) -> Bool {
        switch coding {
        case .h264, .h265, .h266, .mpeg4Visual, .mpegVideo, .vc2: true
        case .motionJPEG, .h261, .h263, .vp8, .vp9, .av1: true
        // Each frame has a header; of Opus and Speex the parameters are hints (RFC 7587 6.1, RFC 5574 3).
        case .mpegAudio, .ac3, .eac3, .opus: true
        case .pcm, .klv, .t140, .transportStream: true
        case .vc1(.advanced): if case .vc1(.advanced) = described.coding { true } else { false }
        case .vc1(.plain): false
        case .mpeg4Generic, .latm, .speech, .dv, .jpeg2000, .rawVideo, .xiph: false
        }
    }
}
