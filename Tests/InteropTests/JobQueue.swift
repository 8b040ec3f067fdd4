/// Carries out jobs, the longest first, as many at a time as the processor bears.
///
/// A client over UDP that comes too late to its socket loses packets, or ends at BYE with packets unread: that would be the machine's
/// failure and not the server's.
struct JobQueue<Result: Sendable>: Sendable {
    private var jobs: [(seconds: Double, load: Double, work: @Sendable () async -> Result)] = []

    /// - Parameters:
    ///   - seconds: how long it will take, about.
    ///   - load: processors that it occupies meanwhile, about.
    mutating func add(seconds: Double, load: Double, _ work: @escaping @Sendable () async -> Result) {
        jobs.append((seconds, load, work))
    }

    /// Runs jobs at once as long as their loads add up to no more than `bound`; one always runs.
    func run(load bound: Double) async -> [Result] {
        var waiting = jobs.sorted { $0.seconds > $1.seconds }
        return await withTaskGroup(of: (Double, Result).self) { group in
            var results: [Result] = []
            var occupied = 0.0
            var running = 0
            while !waiting.isEmpty || running > 0 {
                if let next = waiting.firstIndex(where: { running == 0 || occupied + $0.load <= bound }) {
                    let job = waiting.remove(at: next)
                    occupied += job.load
                    running += 1
                    group.addTask { (job.load, await job.work()) }
                } else if let (load, result) = await group.next() {
                    occupied -= load
                    running -= 1
                    results.append(result)
                }
            }
            return results
        }
    }
}
