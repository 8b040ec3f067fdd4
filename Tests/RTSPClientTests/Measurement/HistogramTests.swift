import Testing

@testable import RTSPClient

@Suite struct HistogramTests {
    /// The bucket's middle lies within 1/128 of the distance, and buckets ascend with it.
    @Test func bucketsKeepSevenBits() {
        var distances = Array<UInt32>(0...5000)
        for shift in 0..<25 {
            for near in -2...2 { distances.append(UInt32((128 << shift) + near)) }
        }
        distances += [.max - 1, .max]
        var previous = 0
        for distance in distances.sorted() {
            let bucket = Histogram.bucket(distance)
            #expect(bucket == previous || bucket == previous + 1 || distance > 5000)
            #expect(bucket >= previous)
            previous = bucket
            let error = abs(Histogram.middle(bucket) - Int64(distance))
            #expect(distance < 128 ? error == 0 : error * 128 <= Int64(distance) + 128)
        }
        #expect(previous < 1728)
    }

    @Test func theFirstValuesAreExact() {
        var histogram = Histogram()
        for value: Int32 in [70_001, -3, 123_457] { histogram.add(value) }
        #expect(histogram.entries.map(\.value) == [-3, 70_001, 123_457])
        #expect(histogram.minimum == -3)
        #expect(histogram.maximum == 123_457)
    }

    /// However far off the usual value lies: what is close to it stays exact, as do the extremes.
    @Test(arguments: [Int32(0), 70_000, -1_000_000, 2_000_000_000])
    func countsAroundTheUsualValue(usual: Int32) {
        var histogram = Histogram()
        for index in 0..<10_000 { histogram.add(usual + Int32(index % 100)) }
        histogram.add(usual + 40_001)
        histogram.add(usual - 300_001)
        #expect(histogram.count == 10_002)
        #expect(histogram.entries.reduce(0) { $0 + $1.count } == 10_002)
        #expect(histogram.entries.filter { $0.count == 100 }.map { $0.value - usual } == Array(0..<100))
        #expect(histogram.minimum == usual - 300_001)
        #expect(histogram.maximum == usual + 40_001)
        let last = histogram.entries.last.map { $0.value - usual } ?? 0
        #expect((39_700...40_001).contains(last))
        let first = histogram.entries.first.map { $0.value - usual } ?? 0
        #expect((-300_001...(-297_700)).contains(first))
    }

    @Test func extremeValuesDoNotOverflow() {
        var histogram = Histogram()
        for _ in 0..<Histogram.headLimit { histogram.add(.max) }
        histogram.add(.min)
        histogram.add(nanoseconds: .min)
        histogram.add(nanoseconds: .max)
        #expect(histogram.entries.map(\.count) == [2, 257])
        #expect(histogram.minimum == .min)
        #expect(histogram.maximum == .max)
    }

    /// 2,000 small, 3,000 around 50 ms: the lower end of where most lie.
    @Test func findsTheUsualValue() throws {
        var histogram = Histogram()
        #expect(histogram.usual == nil)
        for index in 0..<5000 { histogram.add(index % 5 < 2 ? 100 : 50_000 + Int32(index % 1000)) }
        let usual = try #require(histogram.usual)
        #expect((49_600...50_400).contains(usual))
    }
}
