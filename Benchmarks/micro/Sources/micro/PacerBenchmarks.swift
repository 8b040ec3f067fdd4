import Delivery
import MediaCore

/// The Pacer with ten thousand members.
enum PacerBenchmarks {
    private static let members = 10_000
    private static let quantum = MediaTime.milliseconds(2)

    static let all = [1, 100, 500, members].map(wake) + [schedule]

    /// Is due again after a time of its own.
    private final class Member: Paced {
        var pacerSlot = PacerSlot()
        private let period: MediaTime

        init(period: MediaTime) { self.period = period }

        func departDue(now: MediaTime) -> MediaTime? { now + period }
    }

    /// In each quantum `due` members are woken: they stand evenly apart, all with the same period.
    private static func wake(due: Int) -> Benchmark {
        Benchmark("pacer/wake, \(due == members ? "all" : "\(due)") due in a quantum, of 10,000", per: "wake") {
            let quanta = members / due
            let period = MediaTime(nanoseconds: Int64(quanta) * quantum.nanoseconds)
            let all = (0..<members).map { _ in Member(period: period) }
            let pacer = Pacer(quantum: quantum)
            // In no order, as viewers come.
            for index in all.indices {
                let place = index * 7_919 % members % quanta
                pacer.schedule(all[index], at: MediaTime(nanoseconds: Int64(place) * quantum.nanoseconds))
            }
            return {
                withExtendedLifetime(all) {
                    Sample.of(members) {
                        for _ in 0..<quanta {
                            guard let next = pacer.nextWake else { preconditionFailure("all are scheduled") }
                            pacer.run(now: next)
                        }
                    }
                }
            }
        }
    }

    /// A viewer to whom something happens (a batch comes, a pause ends) asks to be woken, mostly no earlier than it will be anyhow.
    private static let schedule = Benchmark("pacer/schedule one who is scheduled, of 10,000", per: "call") {
        let all = (0..<members).map { _ in Member(period: quantum) }
        let pacer = Pacer(quantum: quantum)
        for (index, member) in all.enumerated() { pacer.schedule(member, at: .milliseconds(Int64(index))) }
        return {
            Sample.of(members) {
                for (index, member) in all.enumerated() {
                    pacer.schedule(member, at: .milliseconds(Int64(index + 40)))
                }
            }
        }
    }
}
