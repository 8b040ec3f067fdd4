import MediaCore
import Testing

@testable import Timestamps

@Suite struct StampContinuityTests {
    private let timeBase = TimeBase(1, 90_000)

    private func decodeTicks(_ stamps: [Int64], wrapBits: Int? = 33) -> [Int64?] {
        var continuity = StampContinuity(timeBase: timeBase, wrapBits: wrapBits)
        var timeline = FileTimeline()
        return stamps.map { stamp in
            let unit = StoredUnit(decodeTicks: stamp, presentationTicks: stamp, durationTicks: 3600, isKey: true)
            return continuity.continued(unit, &timeline).decodeTicks
        }
    }

    @Test func wraps() {
        let modulus: Int64 = 1 << 33
        #expect(decodeTicks([modulus - 3600, 0, 3600]) == [modulus - 3600, modulus, modulus + 3600])
        // Of B-frames around it, one is before and one behind.
        var unwrap = StampUnwrap(bits: 33)
        let times = [(modulus - 7200, 3600), (modulus - 3600, modulus - 3600), (0, 0)].map { decode, presentation in
            unwrap.stamps(of: StoredUnit(decodeTicks: decode, presentationTicks: presentation, isKey: false))
        }
        #expect(times.map(\.presentation) == [modulus + 3600, modulus - 3600, modulus])
    }

    /// A seek to behind the wrap gives what playing over it gives.
    @Test func aSeekBehindTheWrap() {
        let modulus: Int64 = 1 << 33
        let codec = CodecDescription(codec: .other("none"), kind: .video)
        var rules = TimestampRules.mpegSystems
        rules.firstTicks = modulus - 900_000
        var reconstructor = TimestampReconstructor(codec: codec, timeBase: timeBase, rules: rules)
        let unit = StoredUnit(decodeTicks: 90_000, presentationTicks: 90_000, isKey: true)
        let expected = MediaTime(ticks: modulus + 90_000, timeBase: timeBase)
        for _ in 0..<2 {
            #expect(reconstructor.times(of: [(unit, [1])]).map(\.presentationTime) == [expected])
            reconstructor.reset()
        }
    }

    @Test func jumpsForwardAreKept() {
        #expect(decodeTicks([0, 3600, 9_000_000, 9_003_600]) == [0, 3600, 9_000_000, 9_003_600])
    }

    @Test func aJumpBackGoesOnBehindTheLastUnit() {
        #expect(decodeTicks([900_000, 903_600, 0, 3600]) == [900_000, 903_600, 907_200, 910_800])
    }

    @Test func smallDisorderIsNoJump() {
        #expect(decodeTicks([0, 7200, 3600, 10_800]) == [0, 7200, 3600, 10_800])
    }

    @Test func extremesDoNotTrap() {
        for bits in [nil, 33, 61, 0, -1, 99] {
            #expect(decodeTicks([.max, .min, 0, .max, -1, .min, 1 << 40], wrapBits: bits).count == 7)
        }
    }
}
