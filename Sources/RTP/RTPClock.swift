package import MediaCore

/// A track's RTP clock: RTP timestamp = random offset + clock rate × delivery time (RFC 3550 5.1; RFC 2326 B).
///
/// Each PLAY fixes the timestamp of its start once, `T0 = offset + round(rate × origin)`; from there everything is
/// counted in whole ticks:
/// - a unit presented at NPT `t` bears `T0 + round(rate × (t - start))`. Differences are therefore the file's own: if
///   the file's times are whole ticks apart, so are the timestamps, at whatever fraction of a tick the title's zero
///   lies, hours into the film. A file's fractional spacing (90 kHz stamps of a 1/1000 s container at 44.1 kHz) is off
///   by at most half a tick, and never accumulates.
/// - a sender report at delivery time `d` names the last tick at or before `d`, and the wall clock of *that tick*, to
///   2^-32 s. All reports of one PLAY lie on one line through (origin's wall clock, `T0`), so a receiver that computes
///   `(ntp - first) × rate`, as FFmpeg does, gets whole ticks and no jitter; and the first report of every track has
///   the same NTP time.
///
/// At a seek or resume `T0` is rounded anew: the line moves by at most half a tick against the one before.
package struct RTPClock: Hashable, Sendable {
    package let clockRate: ClockRate
    /// Random, RFC 3550 5.1: the timestamp of delivery time zero.
    package let offset: UInt32
    /// `T0`, the timestamp of the timeline's start: `rtptime` of RTP-Info (RFC 2326 12.33), even if no packet bears it.
    package private(set) var startTimestamp: RTPTimestamp
    private var timeline: DeliveryTimeline

    /// `MediaTime` counts nanoseconds, so a difference of two is wrong by up to 1 ns. A time that is meant to lie
    /// half-way between two ticks (a title whose zero is a 48 kHz audio unit has 90 kHz video at odd eighths) would
    /// round up or down by that error; so the threshold lies this much below the middle, where no pair of clock rates
    /// in use puts a time.
    private static let roundingMargin = MediaTime(nanoseconds: 3)

    package init(clockRate: ClockRate, offset: UInt32, timeline: DeliveryTimeline) {
        self.clockRate = clockRate
        self.offset = offset
        self.timeline = timeline
        self.startTimestamp = RTPTimestamp(offset)
        play(timeline)
    }

    /// Takes over a timeline that a PLAY has changed.
    package mutating func play(_ timeline: DeliveryTimeline) {
        self.timeline = timeline
        startTimestamp = RTPTimestamp(offset).advanced(by: roundedTicks(timeline.origin))
    }

    /// The timestamp of a unit presented at `npt`, which may lie before the start.
    package func timestamp(of npt: MediaTime) -> RTPTimestamp {
        startTimestamp.advanced(by: roundedTicks(npt - timeline.start))
    }

    /// What a sender report at `delivery` says: the last tick at or before it, with that tick's wall clock.
    package func reportTime(at delivery: MediaTime) -> (ntp: NTPTimestamp, rtp: RTPTimestamp) {
        let (ticks, _) = ticks(delivery - timeline.origin)
        return (
            timeline.ntp(at: timeline.origin).advanced(by: ticks, at: clockRate.hertz),
            startTimestamp.advanced(by: ticks)
        )
    }

    /// What the sender report before the first packet of a PLAY says: the start of the reply's Range.
    package var startReportTime: (ntp: NTPTimestamp, rtp: RTPTimestamp) {
        (timeline.ntp(at: timeline.origin), startTimestamp)
    }

    /// A span of time in clock-rate units, rounded.
    package func ticks(of span: MediaTime) -> Int64 { roundedTicks(span) }

    private func roundedTicks(_ time: MediaTime) -> Int64 {
        let (whole, billionths) = ticks(time + Self.roundingMargin)
        return billionths >= 500_000_000 ? whole &+ 1 : whole
    }

    /// Whole ticks (towards the past) and billionths of a tick.
    ///
    /// Seconds and the rest are taken apart so that 64 bits do: the rest × rate is below 2^62. Only the low 32 bits of
    /// the seconds' ticks matter to a timestamp, and no session is so long that a report's would overflow: 68 years at
    /// the highest rate.
    private func ticks(_ time: MediaTime) -> (whole: Int64, billionths: Int64) {
        let (seconds, rest) = time.nanoseconds.flooredQuotientAndRemainder(dividingBy: 1_000_000_000)
        let (ticks, billionths) = (rest * Int64(clockRate.hertz)).quotientAndRemainder(dividingBy: 1_000_000_000)
        return (seconds &* Int64(clockRate.hertz) &+ ticks, billionths)
    }
}
