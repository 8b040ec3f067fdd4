import MediaCore
import Testing

@Suite struct MediaTimeTests {
    @Test(
        "whole ticks survive the way through nanoseconds",
        arguments: [1, 8_000, 11_025, 44_100, 48_000, 90_000, 192_000] as [UInt32])
    func ticksRoundTrip(hertz: UInt32) throws {
        let rate = try #require(ClockRate(hertz: hertz))
        let base = TimeBase(1, Int32(hertz))
        for ticks in [0, 1, -1, 2, 3, 7, 1023, 1024, 90_001, -90_001, 1 << 32, (1 << 32) + 1, -(1 << 33)] as [Int64] {
            #expect(MediaTime(ticks: ticks, timeBase: base).ticks(at: rate) == ticks)
        }
    }

    @Test("ticks to nanoseconds, rounded to nearest, halves away from zero")
    func fromTicks() {
        #expect(MediaTime(ticks: 1, timeBase: TimeBase(1, 3)).nanoseconds == 333_333_333)
        #expect(MediaTime(ticks: 2, timeBase: TimeBase(1, 3)).nanoseconds == 666_666_667)
        #expect(MediaTime(ticks: -2, timeBase: TimeBase(1, 3)).nanoseconds == -666_666_667)
        #expect(MediaTime(ticks: 1, timeBase: TimeBase(1, 2_000_000_000)).nanoseconds == 1)
        #expect(MediaTime(ticks: -1, timeBase: TimeBase(1, 2_000_000_000)).nanoseconds == -1)
        #expect(MediaTime(ticks: 30, timeBase: TimeBase(1001, 30_000)).nanoseconds == 1_001_000_000)
    }

    @Test("time in ticks, rounded to nearest")
    func toTicks() {
        #expect(MediaTime(nanoseconds: 5_555).ticks(at: .video) == 0)
        #expect(MediaTime(nanoseconds: 5_556).ticks(at: .video) == 1)
        #expect(MediaTime(nanoseconds: -5_556).ticks(at: .video) == -1)
        #expect(MediaTime.seconds(7200).ticks(at: .video) == 648_000_000)
    }

    @Test("what does not fit saturates and never traps")
    func saturation() {
        let largest = MediaTime(nanoseconds: .max)
        let smallest = MediaTime(nanoseconds: .min)
        #expect(largest + MediaTime(nanoseconds: 1) == largest)
        #expect(smallest + MediaTime(nanoseconds: -1) == smallest)
        #expect(smallest - MediaTime(nanoseconds: 1) == smallest)
        #expect(largest - MediaTime(nanoseconds: -1) == largest)
        #expect(MediaTime.zero - smallest == largest)
        #expect(largest - smallest == largest)
        #expect(smallest - largest == smallest)
        #expect(MediaTime(ticks: .max, timeBase: TimeBase(.max, 1)) == largest)
        #expect(MediaTime(ticks: .min, timeBase: TimeBase(.max, 1)) == smallest)
        #expect(MediaTime(ticks: .min, timeBase: TimeBase(1, 90_000)) == smallest)
        #expect(largest.ticks(at: .video) == 830_103_483_316_930)
        #expect(smallest.ticks(at: .video) == -830_103_483_316_930)
    }

    @Test("arithmetic and order")
    func arithmetic() {
        var time = MediaTime.seconds(3)
        time += .milliseconds(250)
        time -= .microseconds(50)
        #expect(time.nanoseconds == 3_249_950_000)
        #expect(MediaTime.zero < time)
        #expect(MediaTime(nanoseconds: -1) < .zero)
    }

    @Test(
        "as npt-sec, RFC 2326 3.6",
        arguments: [
            (0, "0"), (12_040_000_000, "12.04"), (1, "0.000000001"), (-23_220_000, "-0.02322"),
            (7_200_000_000_000, "7200"),
            (-1_500_000_000, "-1.5"), (.max, "9223372036.854775807"), (.min, "-9223372036.854775808"),
        ] as [(Int64, String)])
    func text(nanoseconds: Int64, text: String) {
        #expect(MediaTime(nanoseconds: nanoseconds).description == text)
    }

    @Test("a clock rate is never zero")
    func clockRate() {
        #expect(ClockRate(hertz: 0) == nil)
        #expect(ClockRate(hertz: 90_000) == .video)
    }
}
