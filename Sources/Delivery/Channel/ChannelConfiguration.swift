package import MediaCore

/// What a channel plays. Fulfilled by `Library`'s playlists; tests have a fake.
package protocol ChannelSource: Sendable {
    /// The title on the air. Asked for by the first viewer, and again after it has ended or failed.
    /// - Parameter completion: called once, on any thread.
    func title(completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void)
}

/// A channel as the operator wants it: `rtsp://host/channels/<name>`.
package struct ChannelConfiguration: Sendable {
    /// One path segment, not percent-encoded.
    package var name: String
    package var source: any ChannelSource
    package var limits: ChannelLimits
    /// While nobody watches nothing is read in either case. Whether the clock stops too, so that the next viewer finds the programme where the
    /// last one left it; else it is where it would be by then.
    package var stopsClockUnwatched: Bool
    /// Nil: unicast and interleaved alone.
    package var group: MulticastGroup?

    package init(
        name: String, source: any ChannelSource, limits: ChannelLimits = .standard, stopsClockUnwatched: Bool = false,
        group: MulticastGroup? = nil
    ) {
        self.group = group
        self.name = name
        self.source = source
        self.limits = limits
        self.stopsClockUnwatched = stopsClockUnwatched
    }
}

/// The bounds of what a channel keeps for those who come later or are slow, the same for one viewer and for a thousand.
package struct ChannelLimits: Hashable, Sendable {
    /// What was sent is kept for this long.
    package var windowTime: MediaTime
    /// Of it, at most this many bytes (RTP headers included).
    package var windowBytes: Int
    /// How many times the title's own rate a viewer that joins gets the last key frame's group at, until it has caught up; nil: it waits for
    /// the next key frame.
    package var joinBurst: Int?
    /// A viewer over TCP that has something to take and takes nothing for this long is disconnected.
    package var stallTime: MediaTime
    /// Many viewers are sent what is new one after another within this time, each always at the same point of it.
    package var spread: MediaTime
    /// As of `PacingLimits.gather`.
    package var gather: MediaTime

    package static let standard = ChannelLimits(windowTime: .seconds(10), windowBytes: 16 << 20, joinBurst: 4)

    package init(
        windowTime: MediaTime, windowBytes: Int, joinBurst: Int?, stallTime: MediaTime = .seconds(30),
        spread: MediaTime = .milliseconds(400), gather: MediaTime = .milliseconds(5)
    ) {
        precondition(windowTime > .zero && windowBytes > 0 && (joinBurst ?? 2) > 1 && stallTime > .zero)
        precondition(spread >= .zero && spread < windowTime && gather >= .zero)
        self.gather = gather
        self.spread = spread
        self.stallTime = stallTime
        self.windowTime = windowTime
        self.windowBytes = windowBytes
        self.joinBurst = joinBurst
    }
}
