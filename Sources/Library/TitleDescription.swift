internal import LibAV
package import MediaCore
package import RTPPayload

/// All that is known about a media file without keeping it open: what `sluice probe` prints and a title is made of.
package struct TitleDescription: Sendable {
    /// For people: "MP4/MOV".
    package let container: String
    /// The tracks offered; `tracks[i].id == i`. May be empty: then nothing can be served, see `refusal`.
    package let tracks: [Track]
    /// `formats[i]` belongs to `tracks[i]`.
    package let formats: [PayloadFormat]
    /// The streams that are not offered, in the file's order.
    package let omitted: [OmittedStream]
    /// NPT of the end of the last unit; nil if unknown.
    package let duration: MediaTime?
    package let isSeekable: Bool
    /// The file's own time of NPT 0: the earliest presentation time of all tracks offered.
    package let origin: MediaTime
    /// `sources[i]` is where `tracks[i]` comes from.
    let sources: [TrackSource]
    let demuxer: Container

    /// Why the file cannot be served; nil if it can.
    package var refusal: MediaError? {
        guard tracks.isEmpty else { return nil }
        let reasons = omitted.map { "stream \($0.index) (\($0.codec)): \($0.reason)" }.joined(separator: "; ")
        return .unsupported(
            reasons.isEmpty ? "no stream in this \(container) file" : "no track can be served: \(reasons)")
    }
}

/// Where in the file a track comes from, and what reading it needs to know. Ticks are those of `timeBase`.
struct TrackSource: Hashable, Sendable {
    /// The stream's index in the file.
    let stream: Int
    let kind: MediaKind
    let timeBase: TimeBase
    let firstDecodeTicks: Int64
    /// Of all the track's units, the least; the first unit need not have it.
    let firstPresentationTicks: Int64
    /// What must be added to a decode time so that a seek finds it. The MP4 demuxer takes the time asked for as
    /// presentation time and subtracts the first edit's media time from it before it looks into its index, whose
    /// times are decode times. At most one unit's duration, `seekBiasMargin`, too much.
    let seekBias: Int64
    let seekBiasMargin: Int64
    /// The track's last unit, if it is certain that none follows.
    let last: IndexEntry?
    /// Of the last unit, if `last` is known.
    let lastDurationTicks: Int64
}
