package import MediaCore

/// What a viewer gets that takes less than it is due.
package struct SlowLimits: Hashable, Sendable {
    /// For viewers over TCP, whose connection says when it is full.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Everything, later: the timeline slips and catches up.
        case wait
        /// Less: `ThinLevel` by `ThinLevel`, the later it is.
        case thin
    }

    package var mode = Mode.wait
    /// Above zero. A viewer later than this gets no units that nobody depends on; twice as late, only key frames; four times as late, no video.
    package var thinAfter = MediaTime.milliseconds(750)
    /// Viewers over UDP are thinned by the loss that they report.
    package var adapts = false
    /// A viewer of whom the kernel took nothing for this long, though something was due, is given up.
    package var stallTimeout = MediaTime.seconds(30)

    /// A viewer whose connection was full for a moment, and that is no later than this, has kept up: nothing slips.
    package var tolerance = MediaTime.milliseconds(10)
    /// A viewer must have caught up for this long before it gets more, and as long again before the next level.
    package var thickenAfter = MediaTime.seconds(1)
    /// Of key frames alone, one in this much time: of video that has no others it is less.
    package var keyFrameInterval = MediaTime.milliseconds(500)

    /// Reports of loss above this (per cent of the packets expected since the report before, RFC 3550 6.4.1) ...
    package var lossyPercent = 5
    /// ... as many in a row as this make a viewer's level one thinner.
    package var lossyReports = 2
    /// Reports of loss below this (per cent) ...
    package var cleanPercent = 1
    /// ... as many in a row as this make it one thicker.
    package var cleanReports = 3

    package init() {}

    /// How late a viewer is that is due for `level`.
    package func lateness(for level: ThinLevel) -> MediaTime {
        switch level {
        case .everything: .zero
        case .referenced: thinAfter
        case .keyFrames: MediaTime(nanoseconds: 2 * thinAfter.nanoseconds)
        case .noVideo: MediaTime(nanoseconds: 4 * thinAfter.nanoseconds)
        }
    }

    /// A viewer that is less late than this has caught up.
    package var caughtUp: MediaTime { MediaTime(nanoseconds: thinAfter.nanoseconds / 3) }
}
