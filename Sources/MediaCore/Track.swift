/// One track of a title that the server offers.
package struct Track: Hashable, Sendable, Identifiable {
    /// The track's position in the title; its name in control URLs (`trackID=0`).
    package let id: Int
    package let codec: CodecDescription
    /// Ticks in which the container counts.
    package let timeBase: TimeBase
    /// The track's end on the title's timeline (NPT), if the container states one that can be trusted.
    package var end: MediaTime?
    /// RFC 5646 tag or ISO 639-2 code, if the container states one.
    package let language: String?
    /// What the container calls the track, for people: "Director's commentary".
    package let title: String?

    package init(
        id: Int, codec: CodecDescription, timeBase: TimeBase, end: MediaTime?, language: String?, title: String? = nil
    ) {
        self.id = id
        self.codec = codec
        self.timeBase = timeBase
        self.end = end
        self.language = language
        self.title = title
    }
}

/// A stream of the file that is not offered, and why.
package struct OmittedStream: Hashable, Sendable {
    /// The stream's index in the file.
    package let index: Int
    package let codec: String
    /// One clause for a person: "cover art", "encrypted (cbcs)".
    package let reason: String

    package init(index: Int, codec: String, reason: String) {
        self.index = index
        self.codec = codec
        self.reason = reason
    }
}
