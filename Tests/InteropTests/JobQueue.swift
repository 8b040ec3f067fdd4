/// Carries out jobs, so many at a time, the longest first.
struct JobQueue<Result: Sendable>: Sendable {
    private var jobs: [(seconds: Double, work: @Sendable () async -> Result)] = []

    /// - Parameter seconds: how long it will take, about.
    mutating func add(seconds: Double, _ work: @escaping @Sendable () async -> Result) {
        jobs.append((seconds, work))
    }

    func run(atOnce bound: Int) async -> [Result] {
        let ordered = jobs.sorted { $0.seconds > $1.seconds }
        return await withTaskGroup(of: Result.self) { group in
            var results: [Result] = []
            for (index, job) in ordered.enumerated() {
                if index >= bound, let result = await group.next() { results.append(result) }
                group.addTask { await job.work() }
            }
            for await result in group { results.append(result) }
            return results
        }
    }
}
