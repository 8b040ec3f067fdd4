import Testing

@testable import RTSPClient

@Suite struct SamplesTests {
    @Test func percentilesAreNearestRank() throws {
        var samples = Samples()
        for value in (1...1000).reversed() { samples.add(Int32(value)) }
        let distribution = try #require(Distribution([samples]))
        #expect(distribution.p50 == 500)
        #expect(distribution.p99 == 990)
        #expect(distribution.p999 == 999)
        #expect(distribution.minimum == 1)
        #expect(distribution.maximum == 1000)
        #expect(distribution.count == 1000)
    }

    @Test func ofOneSampleEverythingIsThatSample() throws {
        var samples = Samples()
        samples.add(nanoseconds: 7_999)
        let distribution = try #require(Distribution([samples]))
        #expect(distribution == Distribution([(samples, 0)]))
        #expect([distribution.p50, distribution.p99, distribution.p999, distribution.maximum] == [7, 7, 7, 7])
        #expect(Distribution([Samples()]) == nil)
    }

    @Test func shiftsEachSeriesByItsOwn() {
        var first = Samples()
        var second = Samples()
        first.add(10)
        second.add(1000)
        let distribution = Distribution([(first, -10), (second, -990)])
        #expect(distribution?.minimum == 0)
        #expect(distribution?.maximum == 10)
        #expect(Distribution([(second, .max)])?.maximum == .max)
    }

    @Test(arguments: [2, 3, 8, 9])
    func keepsAnEvenChoiceWithinTheLimit(limit: Int) {
        for total in 1...200 {
            var samples = Samples(limit: limit)
            for value in 0..<total { samples.add(Int32(value)) }
            #expect(samples.values.count <= limit)
            #expect(samples.count == total)
            #expect(samples.minimum == 0)
            #expect(samples.maximum == Int32(total - 1))
            let step = samples.values.count > 1 ? samples.values[1] : 1
            #expect(samples.values == samples.values.indices.map { Int32($0) * step })
            // Nothing of the run's end is left out.
            #expect(Int(samples.values[samples.values.count - 1] + step) >= total)
        }
    }
}
