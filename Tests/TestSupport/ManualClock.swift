package import MediaCore

/// A clock that stands still until a test moves it.
package final class ManualClock {
    package private(set) var now: MediaTime

    package init(now: MediaTime = .zero) { self.now = now }

    package func advance(by span: MediaTime) { advance(to: now + span) }

    /// - Precondition: `time` is not in the past.
    package func advance(to time: MediaTime) {
        precondition(time >= now, "a clock does not go back")
        now = time
    }
}
