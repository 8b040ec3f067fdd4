import MediaCore
import RTPPayload
import RTSPSession

/// A track as `probe` and `check` show it.
struct TrackText {
    let track: Track
    let format: PayloadFormat

    /// `H.264, 1920x1080, 4000 kbit/s as 96 H264/90000; received by FFmpeg, GStreamer, VLC`
    var line: String {
        let codec = track.codec
        var parts = ["\(codec.codec)"]
        if codec.kind == .video { parts.append("\(codec.width)x\(codec.height)") }
        if codec.kind == .audio { parts.append("\(codec.sampleRate) Hz, \(codec.channels) channels") }
        if codec.bitRate > 0 { parts.append("\((codec.bitRate + 500) / 1000) kbit/s") }
        if let language = track.language { parts.append(language) }
        if let title = track.title { parts.append("\"\(printable(title))\"") }
        return parts.joined(separator: ", ") + " as \(encoding)" + (format.note.map { " (\($0))" } ?? "")
            + (receivers.map { "; received by " + ($0.isEmpty ? "neither FFmpeg, GStreamer nor VLC" : "\($0)") } ?? "")
    }

    /// `96 H264/90000`
    var encoding: String { format.sdpMedia(payloadType: Presentation.payloadType(of: track.id, format)).rtpmap }

    /// Nil if the table of formats does not say.
    var receivers: Receivers? { Offering.of(track.codec.codec)?.receivers }

    /// A container's text may hold anything, also what moves a terminal's cursor.
    private func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value) }))
    }
}
