package import MediaCore

/// A session's map from normal play time to delivery time, set by each PLAY and shared by all its tracks.
///
/// *Delivery time* is the session's monotonic clock: it never jumps, also not by a seek, and it runs on while paused.
/// Its relation to the wall clock is fixed at the session's start, so that a step of the host's clock never shows in
/// sender reports.
/// ```
///  NPT       0 ─────── 12 s | 40 s ──────── 45 s | 45 s ─────
///                      ^ seek to 40 s       ^ pause for 3 s
///  delivery  5 ─────── 17 s ─────────────── 22 ... 25 s ─────
/// ```
package struct DeliveryTimeline: Hashable, Sendable {
    /// NPT at which delivery starts: the start of the PLAY reply's Range.
    package private(set) var start: MediaTime
    /// The delivery time of `start`.
    package private(set) var origin: MediaTime
    /// The wall clock at delivery time zero, in nanoseconds since the Unix epoch.
    package let wallClock: Int64

    /// - Parameter wallClock: nanoseconds since the Unix epoch at delivery time zero.
    package init(wallClock: Int64, start: MediaTime = .zero, origin: MediaTime = .zero) {
        self.wallClock = wallClock
        self.start = start
        self.origin = origin
    }

    /// Delivery begins, goes on after a pause, or jumps: `start` is presented at delivery time `origin`.
    ///
    /// Every track's `RTPClock` is to be given the new timeline before it stamps another packet.
    package mutating func play(from start: MediaTime, at origin: MediaTime) {
        self.start = start
        self.origin = origin
    }

    package func deliveryTime(of npt: MediaTime) -> MediaTime { origin + (npt - start) }

    /// The NPT that is due at a delivery time; before `start` if that lies before `origin`.
    package func npt(at delivery: MediaTime) -> MediaTime { start + (delivery - origin) }

    /// The wall clock at a delivery time.
    package func ntp(at delivery: MediaTime) -> NTPTimestamp {
        NTPTimestamp(unixNanoseconds: wallClock &+ delivery.nanoseconds)
    }
}
