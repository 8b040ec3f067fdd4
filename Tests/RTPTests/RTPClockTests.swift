import MediaCore
import RTP
import Testing

@Suite struct RTPClockTests {
    static let rates: [UInt32] = [8000, 22_050, 44_100, 48_000, 90_000, 96_000]
    static let wallClock: Int64 = 1_700_000_000_123_456_789
    /// Every power of ten up to ten hours, and odd moments.
    static let positions: [Int64] = [0, 1, 7, 1000, 59_999, 1_000_003, 36_000_000]

    private func clock(_ rate: UInt32, offset: UInt32 = 0, start: MediaTime = .zero, origin: MediaTime = .zero)
        -> RTPClock
    {
        RTPClock(
            clockRate: ClockRate(hertz: rate)!, offset: offset,
            timeline: DeliveryTimeline(wallClock: Self.wallClock, start: start, origin: origin))
    }

    private func time(_ ticks: Int64, _ rate: Int32) -> MediaTime {
        MediaTime(ticks: ticks, timeBase: TimeBase(1, rate))
    }

    /// A file that counts in the clock's ticks: the timestamps are its own numbers, ten hours in, over wraps.
    @Test(arguments: rates) func wholeTicksStayWhole(rate: UInt32) {
        let clock = clock(rate, offset: 0xFFFF_FF00, start: .zero, origin: .seconds(3))
        for position in Self.positions {
            let first = position * Int64(rate) / 1000
            for step in 0..<50 {
                let ticks = first + Int64(step) * 1024
                let expected = UInt32(truncatingIfNeeded: 0xFFFF_FF00 + 3 * Int64(rate) + ticks)
                guard clock.timestamp(of: time(ticks, Int32(rate))).rawValue == expected else {
                    Issue.record("tick \(ticks) of \(rate) Hz")
                    return
                }
            }
        }
    }

    /// The title's zero is another track's unit, so this track's units lie between ticks, also exactly half-way: the
    /// spacing is the file's all the same. `MediaTime`s are made as a reader makes them: two rounded times subtracted.
    @Test(arguments: rates, rates) func spacingIsTheFiles(rate: UInt32, other: UInt32) {
        for zero in (0..<400).map({ Int64($0 * 37) }) {
            let titleStart = time(zero, Int32(other))
            let clock = clock(rate, start: time(960, Int32(rate)) - titleStart, origin: .milliseconds(1234))
            let first = clock.timestamp(of: time(960, Int32(rate)) - titleStart)
            for step in [1, 2, 3, 1000, 3003, 90_001, 3_240_000_001] as [Int64] {
                let next = clock.timestamp(of: time(960 + step, Int32(rate)) - titleStart)
                guard next == first.advanced(by: step) else {
                    Issue.record("\(rate) Hz, zero at \(zero)/\(other), \(step) ticks on: \(next) after \(first)")
                    return
                }
            }
        }
    }

    /// The same where the PLAY's start is the other track's unit: from a seek, or an audio track that starts between
    /// video ticks.
    @Test(arguments: rates, rates) func spacingFromAnyStart(rate: UInt32, other: UInt32) {
        for start in (0..<400).map({ Int64($0 * 37) }) {
            let clock = clock(rate, start: time(start, Int32(other)), origin: .milliseconds(1234))
            let first = clock.timestamp(of: time(0, Int32(rate)))
            for step in [1, 2, 3, 1000, 3003, 90_001, 3_240_000_001] as [Int64] {
                guard clock.timestamp(of: time(step, Int32(rate))) == first.advanced(by: step) else {
                    Issue.record("\(rate) Hz, start at \(start)/\(other), \(step) ticks on")
                    return
                }
            }
        }
    }

    /// Milliseconds at 44.1 kHz are not whole ticks: at most half a tick off, with no drift.
    @Test func fractionsDoNotAccumulate() {
        let clock = clock(44_100)
        for millisecond in stride(from: Int64(0), through: 36_000_000, by: 12_345) {
            let exact = Double(millisecond) * 44.1
            let stamped = Double(RTPTimestamp(0).distance(to: clock.timestamp(of: .milliseconds(millisecond))))
            guard abs(stamped - exact) <= 0.5001 else {
                Issue.record("\(millisecond) ms: \(stamped)")
                return
            }
        }
    }

    @Test func startTimestampIsTheClockAtTheOrigin() {
        var timeline = DeliveryTimeline(wallClock: Self.wallClock, start: .seconds(40), origin: .milliseconds(1500))
        var clock = RTPClock(clockRate: .video, offset: 1000, timeline: timeline)
        #expect(clock.startTimestamp == RTPTimestamp(136_000))
        #expect(clock.timestamp(of: .seconds(40)) == RTPTimestamp(136_000))
        #expect(clock.timestamp(of: .seconds(39)) == RTPTimestamp(46_000), "before the start")
        // Pause for two seconds at NPT 41 s: its time shows in the timestamps.
        timeline.play(from: .seconds(41), at: .milliseconds(4500))
        clock.play(timeline)
        #expect(clock.timestamp(of: .seconds(41)) == RTPTimestamp(1000 + 405_000))
        // Seek back: the timestamps run on.
        timeline.play(from: .zero, at: .seconds(5))
        clock.play(timeline)
        #expect(clock.startTimestamp == RTPTimestamp(451_000))
        #expect(clock.timestamp(of: .zero) == RTPTimestamp(451_000))
    }

    /// Every report lies on one line with the first: FFmpeg's `(ntp - first) × rate` is whole, to the last unit of
    /// 2^-32 s.
    @Test(arguments: rates) func reportsLieOnOneLine(rate: UInt32) {
        let clock = clock(rate, offset: 0xFFFF_0000, start: .seconds(17), origin: MediaTime(nanoseconds: 1_234_567_891))
        let first = clock.startReportTime
        #expect(first.rtp == clock.startTimestamp)
        #expect(first.ntp == NTPTimestamp(unixNanoseconds: Self.wallClock + 1_234_567_891))
        for seconds in 0..<2000 {
            let now = MediaTime(nanoseconds: 1_234_567_891 + Int64(seconds) * 17_999_999_957)
            let report = clock.reportTime(at: now)
            let elapsed = Int128(report.ntp.rawValue - first.ntp.rawValue) * Int128(rate)
            let ticks = (elapsed + (1 << 31)) >> 32
            let noise = (elapsed - (ticks << 32)).magnitude
            guard UInt32(truncatingIfNeeded: ticks) == report.rtp.rawValue &- first.rtp.rawValue, noise <= rate else {
                Issue.record("\(seconds): \(ticks) ticks, off by \(noise)")
                return
            }
            // The tick named is the last at or before `now`.
            let wall = Int128(now.nanoseconds + Self.wallClock)
            let age = wall - Int128(report.ntp.unixNanoseconds)
            guard age >= -1, age <= 1_000_000_000 / Int128(rate) + 2 else {
                Issue.record("\(seconds): \(age) ns old")
                return
            }
        }
    }

    /// A report and the packets agree: a unit on a whole tick has the wall clock of its delivery time.
    @Test(arguments: rates) func reportsAgreeWithPackets(rate: UInt32) {
        let clock = clock(rate, offset: 77, start: .seconds(3), origin: .milliseconds(900))
        let npt = MediaTime.seconds(3) + time(123_457, Int32(rate))
        // Half a tick later, so that rounding of `npt` to nanoseconds does not matter.
        let now =
            MediaTime.milliseconds(900) + time(123_457, Int32(rate)) + MediaTime(nanoseconds: 500_000_000 / Int64(rate))
        #expect(clock.reportTime(at: now).rtp == clock.timestamp(of: npt))
    }

    @Test func extremesDoNotTrap() {
        for nanoseconds in [Int64.min, .min + 1, -1, 0, .max - 2, .max] {
            let time = MediaTime(nanoseconds: nanoseconds)
            let clock = clock(.max, start: time, origin: time)
            for other in [Int64.min, -1, 0, .max] {
                _ = clock.timestamp(of: MediaTime(nanoseconds: other))
                _ = clock.reportTime(at: MediaTime(nanoseconds: other))
            }
        }
    }
}
