import MediaCore

/// A cursor's part of the entry that is on the air.
struct PlaylistPart: Sendable {
    let entry: PlaylistEntry
    /// The entry's own; nil if it has none of the tracks that are read.
    var cursor: (any MediaCursor)?
    /// Where the first read goes; nil if that begins at the start by itself.
    let start: MediaTime?
    /// End of the last unit, in the entry's own time.
    private(set) var end = MediaTime.zero
    private(set) var hasUnits = false
    /// Nothing more of it will be read.
    var isOver = false
    /// By the entry's track, the channel's.
    private let channelTracks: [Int: Int]
    /// The channel's tracks that the entry lacks, until they were told to rest.
    private var lacking: [Int]

    /// - Parameters:
    ///   - tracks: of the channel.
    ///   - old: the part before; its cursor is read on in if it is one of the same title.
    init(_ entry: PlaylistEntry, _ tracks: [CursorTrack], continuing old: PlaylistPart?) {
        self.entry = entry
        let present = tracks.filter { entry.tracks[$0.track] != nil }
        lacking = tracks.map(\.track).filter { entry.tracks[$0] == nil }
        channelTracks = Dictionary(
            uniqueKeysWithValues: present.compactMap { track in
                entry.tracks[track.track].map { ($0, track.track) }
            })
        if let old, let cursor = old.cursor, old.entry.title === entry.title {
            self.cursor = cursor
            start = entry.start ?? .zero
            return
        }
        start = entry.start
        let options = CursorOptions(
            tracks: present.map { track in
                var own = track
                own.track = entry.tracks[track.track] ?? track.track
                return own
            })
        cursor = present.isEmpty ? nil : entry.title.makeCursor(options)
    }

    /// Moves what the entry's cursor has brought to the channel's tracks and timeline.
    mutating func place(_ batch: inout Batch, _ placing: inout TrainPlacing) {
        for index in batch.trains.indices {
            let track = batch.trains[index].unit.track
            batch.trains[index].unit.track = channelTracks[track] ?? track
            end = max(end, placing.place(&batch.trains[index], at: entry.offset))
            hasUnits = true
        }
        batch.start = batch.start.map { $0 + entry.offset }
        batch.endedTracks = batch.endedTracks.compactMap { channelTracks[$0] }
        batch.restingTracks = batch.restingTracks.compactMap { channelTracks[$0] } + lacking
        lacking = []
    }
}
