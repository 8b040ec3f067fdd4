/// What an operation of one benchmark takes.
struct Measurement: Encodable {
    let name: String
    let operation: String
    /// Taken in by one operation, in the mean; nil if throughput says nothing of it.
    let bytes: Double?
    /// Of one operation. In the same places of every run, so the same in each; rounded to a thousandth.
    let allocations: Double
    /// Nil if only allocations were counted.
    let time: Time?

    /// CPU time of one operation in nanoseconds, over all samples.
    struct Time: Encodable {
        let minimum: Double
        let median: Double
        /// 99 of 100 samples took no longer.
        let percentile99: Double
    }

    /// Operations in a second of CPU time, by the median.
    var perSecond: Double? {
        guard let time, time.median > 0 else { return nil }
        return 1e9 / time.median
    }

    /// 10^6 bytes in a second of CPU time, by the median.
    var megabytesPerSecond: Double? {
        guard let bytes, let perSecond else { return nil }
        return bytes * perSecond / 1e6
    }

    private static let warmUps = 5
    private static let countedSamples = 5
    private static let samples = 30...400
    /// No more samples than `samples` has at least are taken beyond this.
    private static let timeLimit = Duration.milliseconds(1500)

    /// - Parameter isTimed: else allocations are counted only, which takes a few samples.
    init(of benchmark: Benchmark, isTimed: Bool) throws {
        let sample = try benchmark.prepare()
        for _ in 0..<Self.warmUps { _ = try sample() }
        let counted = try (0..<Self.countedSamples).map { _ in try sample() }
        let allocations = counted.reduce(0) { $0 + $1.allocations }
        let operations = counted.reduce(0) { $0 + $1.operations }
        name = benchmark.name
        operation = benchmark.operation
        let total = counted.reduce(0) { $0 + $1.bytes }
        bytes = total > 0 ? Double(total) / Double(operations) : nil
        self.allocations = (Double(allocations) / Double(operations) * 1000).rounded() / 1000
        time = isTimed ? try Self.time(sample) : nil
    }

    private static func time(_ sample: () throws -> Sample) throws -> Time {
        var times: [Double] = []
        let start = ContinuousClock.now
        while times.count < samples.lowerBound
            || times.count < samples.upperBound && ContinuousClock.now - start < timeLimit
        {
            let sample = try sample()
            times.append(Double(sample.nanoseconds) / Double(sample.operations))
        }
        times.sort()
        let place = { (share: Double) in times[min(times.count - 1, Int(Double(times.count) * share))] }
        return Time(minimum: times[0], median: place(0.5), percentile99: place(0.99))
    }
}
