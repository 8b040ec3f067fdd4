import Testing

@testable import RTSPClient

@Suite struct DistributionTests {
    @Test func percentilesAreNearestRank() throws {
        var histogram = Histogram()
        for value in (1...100).reversed() { histogram.add(Int32(value)) }
        let distribution = try #require(Distribution([histogram]))
        #expect([distribution.p50, distribution.p99, distribution.p999] == [50, 99, 100])
        #expect([distribution.minimum, distribution.maximum] == [1, 100])
        #expect(distribution.count == 100)
    }

    @Test func ofOneValueEverythingIsThatValue() throws {
        var histogram = Histogram()
        histogram.add(nanoseconds: 7_999)
        let distribution = try #require(Distribution([histogram]))
        #expect([distribution.p50, distribution.p99, distribution.p999, distribution.maximum] == [7, 7, 7, 7])
        #expect(Distribution([Histogram()]) == nil)
        #expect(Distribution([Histogram]()) == nil)
    }

    @Test func shiftsEachSeriesByItsOwn() {
        var first = Histogram()
        var second = Histogram()
        first.add(10)
        second.add(1000)
        let distribution = Distribution([(first, -10), (second, -990)])
        #expect(distribution?.minimum == 0)
        #expect(distribution?.maximum == 10)
        #expect(Distribution([(second, .max)])?.maximum == .max)
    }

    /// A million values: the error of the buckets, and no more.
    @Test func manyValuesStayWithinTheError() throws {
        var histogram = Histogram()
        for index in 0..<1_000_000 { histogram.add(Int32((index * 7919) % 1_000_000)) }
        let distribution = try #require(Distribution([histogram]))
        for (found, exact) in [(distribution.p50, 499_999), (distribution.p99, 989_999), (distribution.p999, 998_999)] {
            #expect(abs(Int(found) - exact) <= 1_000_000 / 128)
        }
        #expect(distribution.minimum == 0)
        #expect(distribution.maximum == 999_999)
    }
}
