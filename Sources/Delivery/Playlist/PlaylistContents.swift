package import MediaCore

/// Where a playlist's entries come from. Fulfilled by `Library`; tests have a fake.
package protocol PlaylistContents: Sendable {
    /// What is to be played, as it stands now.
    /// - Parameters:
    ///   - known: the version that the caller has; nil if none.
    ///   - completion: called once, on any thread; with nil if the list is still of that version.
    func list(unless known: UInt64?, completion: @escaping @Sendable (Result<PlaylistList?, MediaError>) -> Void)
    /// - Parameter completion: called once, on any thread.
    func title(of entry: MediaPath, completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void)
    /// An entry's title some of whose tracks are decoded, and encoded as the channel's viewers were told.
    /// - Parameters:
    ///   - title: what `title(of:)` has brought. The tracks that are not among the `conversions` stay as they are, and all their positions.
    ///   - completion: called once, on any thread; with `.unsupported` and the reason if one of the tracks cannot become what is asked for.
    func converted(
        _ title: any MediaTitle, of entry: MediaPath, by conversions: [TrackConversion],
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void)
    /// An entry is left out, or the rest of it is. Told each time that it would be its turn.
    /// - Parameter reason: a clause for a person.
    func skipped(_ entry: MediaPath, because reason: String)
}

/// One version of a playlist.
package struct PlaylistList: Hashable, Sendable {
    /// In their order; the same may be there more than once.
    package var entries: [MediaPath]
    package var version: UInt64

    package init(entries: [MediaPath], version: UInt64) {
        self.entries = entries
        self.version = version
    }
}
