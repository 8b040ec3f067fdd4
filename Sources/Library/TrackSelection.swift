internal import LibAV
internal import MediaCore
internal import RTPPayload

/// Which streams of a file become tracks, and why the others do not.
struct TrackSelection {
    let limits: LibraryLimits
    /// Kinds of tracks that are offered beside video and audio.
    var wanted: WantedKinds = []

    /// Why a stream cannot be offered, as far as its description tells: a clause for a person.
    func refusal(of stream: StreamDescription) -> String? {
        if let reason = roleRefusal(of: stream) { return reason }
        if let reason = PayloadFormat.refusal(of: stream.codec.codec) { return reason }
        return parameterRefusal(of: stream)
    }

    /// What the stream is for.
    private func roleRefusal(of stream: StreamDescription) -> String? {
        if stream.isEncrypted { return "encrypted" }
        if stream.isAttachedPicture { return "cover art" }
        if stream.isTimedThumbnails { return "chapter pictures" }
        switch stream.codec.kind {
        case .subtitle: return wanted.contains(.text) ? nil : "subtitles"
        case .data where stream.isTimeCode: return "time code"
        case .data: return wanted.contains(.data) ? nil : "data"
        case .video, .audio: return nil
        }
    }

    /// Numbers that no real stream has. Asked last: of codecs that are not served, demuxers do not know them all.
    private func parameterRefusal(of stream: StreamDescription) -> String? {
        guard stream.timeBase != nil else { return "no time base" }
        let codec = stream.codec
        switch codec.kind {
        case .video:
            let sides = 1...limits.maximumPictureSide
            return sides.contains(codec.width) && sides.contains(codec.height)
                ? nil : "absurd picture size \(codec.width)x\(codec.height)"
        case .audio:
            guard (1...limits.maximumSampleRate).contains(codec.sampleRate) else {
                return "absurd sample rate \(codec.sampleRate) Hz"
            }
            return (1...limits.maximumChannels).contains(codec.channels)
                ? nil : "absurd number of channels \(codec.channels)"
        case .subtitle, .data:
            return nil
        }
    }
}
