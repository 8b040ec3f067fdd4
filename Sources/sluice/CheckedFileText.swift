import Library
import MediaCore
import RTPPayload

extension CheckedFile {
    /// For a person: the path and its verdict, and below them what there is to know.
    var text: String {
        var lines = ["\(path): \(summary)"]
        if let description {
            for (track, format) in zip(description.tracks, description.formats) {
                lines.append("  track \(track.id): \(TrackText(track: track, format: format).line)")
            }
            for stream in description.omitted {
                lines.append("  left out: stream \(stream.index) (\(stream.codec)): \(stream.reason)")
            }
        }
        lines += problems.map { "  PROBLEM: \($0.text)" }
        if let readUntil { lines.append("  read up to \(CheckFormat.time(readUntil))") }
        return lines.joined(separator: "\n")
    }

    private var summary: String {
        guard verdict != .notMedia, let description else { return verdict.rawValue }
        let duration = description.duration.map { CheckFormat.time($0) } ?? "unknown duration"
        return "\(verdict.rawValue), \(description.container), \(duration)"
    }

    /// On one line.
    var json: LoadJSON {
        .object([
            ("path", .string("\(path)")),
            ("verdict", .string("\(verdict)")),
            ("container", .optional(description) { .string($0.container) }),
            ("duration", CheckFormat.json(description?.duration)),
            ("seekable", .optional(description) { .bool($0.isSeekable) }),
            ("tracks", .array(tracks)),
            (
                "leftOut",
                .array(
                    (description?.omitted ?? []).map {
                        .object([
                            ("stream", .integer(Int64($0.index))), ("codec", .string($0.codec)),
                            ("reason", .string($0.reason)),
                        ])
                    })
            ),
            (
                "problems",
                .array(
                    problems.map {
                        .object([
                            ("kind", .string("\($0.kind)")), ("text", .string($0.text)),
                            ("time", CheckFormat.json($0.time)),
                        ])
                    })
            ),
            ("readUntil", CheckFormat.json(readUntil)),
        ])
    }

    private var tracks: [LoadJSON] {
        guard let description else { return [] }
        return zip(description.tracks, description.formats).map { track, format in
            let text = TrackText(track: track, format: format)
            return .object([
                ("id", .integer(Int64(track.id))), ("kind", .string(track.codec.kind.rawValue)),
                ("codec", .string("\(track.codec.codec)")), ("language", .optional(track.language) { .string($0) }),
                ("title", .optional(track.title) { .string($0) }), ("format", .string(text.encoding)),
                ("note", .optional(format.note) { .string($0) }),
                ("receivedBy", .optional(text.receivers) { .string("\($0)") }),
            ])
        }
    }
}
