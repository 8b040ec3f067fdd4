import Testing

@testable import RTSPClient

@Suite struct DecodeOrderTests {
    /// The decode times (less the delay) and the delay of units with these presentation times.
    private static func decode(
        _ presentations: [Int64], isComplete: Bool = true
    ) -> (times: [Int64], order: DecodeOrder) {
        var order = DecodeOrder()
        var times: [Int64] = []
        var units: [Int64] = []
        func take(_ next: (unit: DecodeOrder.Unit, decode: Int64)?) -> Bool {
            guard let next else { return false }
            times.append(next.decode)
            units.append(next.unit.arrival)
            return true
        }
        for (index, presentation) in presentations.enumerated() {
            _ = take(
                order.append(
                    DecodeOrder.Unit(presentation: presentation, arrival: Int64(index), lastArrival: Int64(index))))
        }
        while take(order.removeFirst(isComplete: isComplete)) {}
        #expect(units == presentations.indices.prefix(units.count).map(Int64.init))
        #expect(units.count == presentations.count || !isComplete)
        return (times.map { $0 - order.delay }, order)
    }

    @Test func withoutReorderingDecodeIsPresentation() {
        let (times, order) = Self.decode(Array(stride(from: 0, to: 4000, by: 40)))
        #expect(times == Array(stride(from: 0, to: 4000, by: 40)))
        #expect(order.delay == 0)
    }

    /// I P B B, as in the type's picture.
    @Test func removesTheReorderingOfBFrames() {
        let (times, order) = Self.decode([40, 160, 80, 120, 280, 200, 240])
        #expect(times == [0, 40, 80, 120, 160, 200, 240])
        #expect(order.delay == 40)
    }

    /// I P B(reference) b b: two frames of delay.
    @Test func removesTheReorderingOfAPyramid() {
        var presentations: [Int64] = [80]
        for group in 0..<20 {
            let base = Int64(group) * 160
            presentations += [base + 240, base + 160, base + 120, base + 200]
        }
        let (times, order) = Self.decode(presentations)
        #expect(times == presentations.indices.map { Int64($0) * 40 })
        #expect(order.delay == 80)
        #expect(order.misplaced == 0)
    }

    /// Wherever a stream is cut: the decode times are those of the whole one, and so is the delay. A missing B-frame is
    /// neither lateness nor delay.
    @Test(arguments: [[3, 1, 2], [4, 2, 1, 3], [1]])
    func aCutLosesAFewUnitsAndNoCertainty(group: [Int64]) {
        var presentations: [Int64] = [80]
        for index in 0..<20 { presentations += group.map { ($0 + Int64(index * group.count) + 2) * 40 } }
        let whole = Self.decode(presentations)
        for count in (group.count + 2)...presentations.count {
            let cut = Self.decode(Array(presentations.prefix(count)), isComplete: false)
            #expect(cut.order.delay == whole.order.delay, "\(count) units")
            #expect(cut.times.count >= count - 2 * group.count)
            #expect(cut.times == Array(whole.times.prefix(cut.times.count)), "\(count) units")
        }
    }

    /// A variable frame rate keeps its steps.
    @Test func keepsUnevenSteps() {
        let (times, _) = Self.decode([0, 40, 1000, 1001, 5000])
        #expect(times == [0, 40, 1000, 1001, 5000])
    }

    @Test func findsTheUsualPeriod() {
        let milliseconds: Int64 = 1_000_000
        // One gap, and steps that were rounded to ticks.
        let times = (0..<50).map {
            Int64($0) * 40 * milliseconds + ($0 % 2 == 0 ? 11_000 : 0) + ($0 > 30 ? milliseconds * 900 : 0)
        }
        #expect((39_900_000...40_100_000).contains(Self.decode(times).order.period))
    }

    @Test func aDisplacementBeyondTheWindowIsCountedAndMonotonic() {
        var presentations = (0..<40).map { Int64($0) * 10 }
        presentations.append(5)
        let (times, order) = Self.decode(presentations)
        #expect(order.misplaced > 0)
        #expect(times == times.sorted())
    }
}
