internal import LibAV
package import MediaCore
package import RTPPayload
internal import Timestamps

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
    /// False: the file plays from its start, whatever position is asked for.
    package let isSeekable: Bool
    /// The earliest presentation time of all tracks offered, on the file's own timeline: that of NPT 0, of the programme that it
    /// belongs to.
    package let origin: MediaTime
    /// `sources[i]` is where `tracks[i]` comes from.
    let sources: [TrackSource]
    let demuxer: Container
    /// How a position in the middle of this very file is reached.
    let seeking: ContainerTraits.Seeking
    /// What of the file's own word is not taken: an index that is wrong, or does not name all units; rates.
    let settings: DemuxerSettings
    /// Readers may use one demuxer by turns.
    let sharesDemuxers: Bool
    /// Of a title that is a transport stream as it is, which no demuxer reads: `sources` is empty then.
    var transportStream: TransportStreamSource?

    /// Whether the track has ended so long before `npt` that nobody who goes there looks for it.
    func isOver(_ track: Int, at npt: MediaTime) -> Bool {
        tracks[track].end.map { npt - $0 > LibraryLimits.maximumSilence } ?? false
    }

    /// By which of the tracks a place in the middle is found: the first that is video, of those that are not over by
    /// then.
    func leader(of tracks: [Int], at npt: MediaTime) -> Int? {
        let open = tracks.filter { !isOver($0, at: npt) }
        return open.first { sources[$0].kind == .video } ?? open.first ?? tracks.first
    }

    /// Why the file cannot be served; nil if it can.
    package var refusal: MediaError? {
        guard tracks.isEmpty else { return nil }
        let reasons = omitted.map { "stream \($0.index) (\($0.codec)): \($0.reason)" }.joined(separator: "; ")
        return .unsupported(
            reasons.isEmpty ? "no stream in this \(container) file" : "no track can be served: \(reasons)")
    }
}

/// Where in the file a track comes from, and what reading it needs to know. Times are the file's own.
struct TrackSource: Hashable, Sendable {
    /// The stream's index in the file, and its number there.
    let stream: Int
    let streamID: Int
    /// Whose clock its stamps go by: `StreamDescription.programme`.
    var programme: Int?
    let codec: CodecDescription
    /// Of the container's stamps.
    let timeBase: TimeBase
    /// What the stamps are worth, with all that the first units have shown.
    let rules: TimestampRules
    let firstDecode: MediaTime
    /// Of all the track's units, the least; the first unit need not have it.
    let firstPresentation: MediaTime
    /// What is NPT 0: the earliest presentation time of all tracks on the same clock. Programmes of one transport stream
    /// have clocks of their own (ISO/IEC 13818-1 2.4.2.1), and all begin at 0.
    var origin = MediaTime.zero
    /// The last unit is known: what tells it, and what a seek needs to know of the index.
    let tail: IndexTail
    /// A packet of the container may hold two pictures (`BitstreamFilter.Kind.unpackBidirectional`).
    let isPacked: Bool

    var kind: MediaKind { codec.kind }
    /// Units come when there is something to say: minutes without one are no gap.
    var isSparse: Bool { kind == .subtitle || kind == .data }
    var firstDecodeTicks: Int64 { ticks(firstDecode) }

    func time(_ ticks: Int64) -> MediaTime { MediaTime(ticks: ticks, timeBase: timeBase) }

    /// Ticks of the time base nearest to `time`.
    func ticks(_ time: MediaTime) -> Int64 {
        let perSecond = Int128(timeBase.denominator)
        let divisor = Int128(timeBase.numerator) * 1_000_000_000
        let product = Int128(time.nanoseconds) * perSecond
        return Int64(clamping: (product + (product < 0 ? -divisor : divisor) / 2) / divisor)
    }
}

/// What a demuxer's index tells about a track. Ticks are those of the track's time base.
struct IndexTail: Hashable, Sendable {
    /// The track's last unit, if it is certain that none follows.
    var last: IndexEntry?
    /// The track's last packet, if reading up to the end of the file has shown it.
    var lastPacket: ReadingMark?
    /// Of the last unit, if `last` is known.
    var lastDurationTicks: Int64 = 0
    /// The span from each unit to the next is its duration.
    var tellsDurations = false
    /// What must be added to a decode time so that a seek finds it. The MP4 demuxer takes the time asked for as
    /// presentation time and subtracts the first edit's media time from it before it looks into its index, whose
    /// times are decode times. At most one unit's duration, `seekBiasMargin`, too much.
    var seekBias: Int64 = 0
    var seekBiasMargin: Int64 = 0
}
