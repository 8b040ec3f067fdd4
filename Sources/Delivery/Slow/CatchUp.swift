import MediaCore

/// The law of a viewer that was stalled: from the moment `t0` at which it could be sent `d0`, the oldest that was due, everything is due at
/// `max(d, t0 + (d - d0) / 2)`: at twice the rate, until it is where it would have been.
///
/// Delivery times alone: what packets and reports say of time does not change.
struct CatchUp: Hashable, Sendable {
    /// Something was due and there was no room.
    private(set) var isStalled = false
    /// In force, on the loop's clock: when it began, and the delivery time of what was due first.
    private(set) var ramp: Ramp?

    struct Ramp: Hashable, Sendable {
        let begin: MediaTime
        let oldest: MediaTime

        func due(_ time: MediaTime) -> MediaTime {
            max(time, begin + MediaTime(nanoseconds: (time - oldest).nanoseconds / 2))
        }

        /// What is due from here on is due as always.
        var end: MediaTime { begin + (begin - oldest) }
    }

    /// Whether the law differs from the ordinary one, or may soon.
    var isActive: Bool { isStalled || ramp != nil }

    /// When what has the delivery time `time` is due.
    func due(_ time: MediaTime) -> MediaTime { ramp.map { $0.due(time) } ?? time }

    mutating func stall() { isStalled = true }

    /// There is room again.
    /// - Parameters:
    ///   - oldest: delivery time of the first that is to be sent; nil if nothing waits.
    ///   - tolerance: how late that may be without anything slipping.
    mutating func goOn(at now: MediaTime, oldest: MediaTime?, tolerance: MediaTime) {
        isStalled = false
        guard let oldest, now - oldest > tolerance else { return }
        ramp = Ramp(begin: now, oldest: oldest)
    }

    mutating func endIfMet(at now: MediaTime) {
        if let ramp, ramp.end <= now { self.ramp = nil }
    }
}
