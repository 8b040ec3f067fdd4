import MediaCore
import RTPPayload

/// What the viewers of a playlist were told of its tracks, which every entry must keep.
struct PlaylistParameters: Sendable {
    /// Without ends.
    let tracks: [Track]
    let formats: [PayloadFormat]

    /// Those of the first entry.
    init(_ title: any MediaTitle) {
        formats = title.formats
        tracks = title.tracks.map { track in
            var track = track
            track.end = nil
            return track
        }
    }

    /// Which of an entry's tracks stands for each of these, the first of a kind for the first, and so on. What the entry lacks is not in it.
    /// - Throws: why the entry cannot be played without transcoding.
    func match(_ title: any MediaTitle) throws(PlaylistMismatch) -> [Int: Int] {
        var result: [Int: Int] = [:]
        for kind in Set(tracks.map(\.codec.kind)) {
            let wanted = tracks.indices.filter { tracks[$0].codec.kind == kind }
            let offered = title.tracks.indices.filter { title.tracks[$0].codec.kind == kind }
            for (wanted, offered) in zip(wanted, offered) {
                if let reason = title.formats[offered].refusal(toFollow: formats[wanted]) {
                    throw PlaylistMismatch(reason: "\(reason), and transcoding is not there yet")
                }
                result[wanted] = offered
            }
        }
        guard !result.isEmpty else { throw PlaylistMismatch(reason: "none of the channel's kinds of tracks") }
        return result
    }
}

/// One clause for a person.
struct PlaylistMismatch: Error, Hashable {
    let reason: String
}
