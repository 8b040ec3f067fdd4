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
    /// - Throws: if there is none.
    func match(_ title: any MediaTitle) throws(PlaylistMismatch) -> [Int: Int] {
        var result: [Int: Int] = [:]
        for kind in Set(tracks.map(\.codec.kind)) {
            let wanted = tracks.indices.filter { tracks[$0].codec.kind == kind }
            let offered = title.tracks.indices.filter { title.tracks[$0].codec.kind == kind }
            for (wanted, offered) in zip(wanted, offered) { result[wanted] = offered }
        }
        guard !result.isEmpty else { throw PlaylistMismatch(reason: "none of the channel's kinds of tracks") }
        return result
    }

    /// What of an entry cannot follow as it is, in the channel's order.
    func conversions(of title: any MediaTitle) -> [TrackConversion] {
        let matched = (try? match(title)) ?? [:]
        return matched.sorted { $0.key < $1.key }.compactMap { wanted, offered in
            title.formats[offered].refusal(toFollow: formats[wanted]).map {
                TrackConversion(track: offered, target: tracks[wanted], format: formats[wanted], reason: $0)
            }
        }
    }

    /// Opens an entry, converted if it does not fit.
    /// - Parameter completion: called once, on any thread.
    func title(
        of path: MediaPath, from contents: any PlaylistContents,
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        contents.title(of: path) { result in
            guard case .success(let title) = result else { return completion(result) }
            let conversions = conversions(of: title)
            guard !conversions.isEmpty else { return completion(result) }
            contents.converted(title, of: path, by: conversions, completion: completion)
        }
    }
}

/// One clause for a person.
struct PlaylistMismatch: Error, Hashable {
    let reason: String
}
