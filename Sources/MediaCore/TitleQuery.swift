/// What the query of a title's URL asks for: which of its tracks, and in what form.
///
/// Two parts: `data`, `text`, `asTransportStream` and `native` say as what the file is opened; `video` and `audio` choose among the tracks
/// that it then has. `loop` says how often it is played.
package struct TitleQuery: Hashable, Sendable {
    /// Which tracks of a kind are offered.
    package enum Choice: Hashable, Sendable {
        case all
        /// These, by their positions among the title's tracks of the kind, from 0; empty: none.
        case only(Set<Int>)
    }

    package var video = Choice.all
    package var audio = Choice.all
    /// Tracks for machines are offered too (KLV).
    package var data = false
    /// Subtitles are offered too, as text.
    package var text = false
    /// One multiplexed stream, as the file holds it: RFC 2250 2.
    package var asTransportStream = false
    /// The title begins again whenever it ends.
    package var loop = false
    /// Codecs travel as they are, however few clients can receive them.
    package var native = false

    package init() {}

    /// Nothing is asked for: no query, or one of other keys alone.
    package var isEmpty: Bool { self == TitleQuery() }

    /// The choice among tracks of a kind: those for machines and subtitles are offered on demand, and then all.
    package func choice(of kind: MediaKind) -> Choice {
        switch kind {
        case .video: video
        case .audio: audio
        case .subtitle: text ? .all : .only([])
        case .data: data ? .all : .only([])
        }
    }
}
