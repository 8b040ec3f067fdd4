import Delivery
import MediaCore
import NIOCore

/// The DemandQueue, and the pool its buffers come from, with ten thousand sessions of one event loop: each operation finds its queue's memory
/// as cold as a server with that many viewers would.
enum DemandQueueBenchmarks {
    private static let sessions = 10_000

    static let all = [idle, demand, receive, depart, pool]

    /// Every session plays the same film.
    private final class Stage {
        let film: FilmBatch
        var queues: [DemandQueue]

        init() throws {
            film = try FilmBatch()
            queues = (0..<sessions).map { _ in DemandQueue(tracks: FilmBatch.tracks, limits: .standard) }
        }

        func demand() {
            for index in queues.indices {
                guard queues[index].demand() != nil else { preconditionFailure("an empty queue demands") }
            }
        }

        func receive() {
            for index in queues.indices {
                let isTaken = queues[index].receive(film.batch, generation: 0, pool: nil)
                precondition(isTaken, "nothing was cancelled")
            }
        }

        /// Sends all that waits, as a viewer over UDP does: what is handed over in one quantum is accepted at once.
        /// - Returns: departures.
        func depart() -> Int {
            var departures = 0
            for index in queues.indices {
                for line in queues[index].lines.indices {
                    while let departure = queues[index].depart(
                        line: line, limit: 32, prefix: 0, maximumBytes: 65_507)
                    {
                        queues[index].accept(line: line, packets: departure.packets)
                        departures += 1
                    }
                }
            }
            return departures
        }
    }

    /// What is asked after every acceptance, and answered with no most of the time.
    private static let idle = Benchmark("queue/demand, nothing short, of 10,000", per: "question") {
        let stage = try Stage()
        stage.demand()
        stage.receive()
        return {
            Sample.of(sessions) {
                for index in stage.queues.indices {
                    precondition(stage.queues[index].demand() == nil, "240 ms are enough")
                }
            }
        }
    }

    private static let demand = Benchmark("queue/demand, all short, of 10,000", per: "demand") {
        let stage = try Stage()
        return {
            let sample = Sample.of(sessions) { stage.demand() }
            stage.receive()
            _ = stage.depart()
            return sample
        }
    }

    private static let receive = Benchmark("queue/receive 240 ms of film, of 10,000", per: "unit") {
        let stage = try Stage()
        return {
            stage.demand()
            let sample = Sample.of(sessions * stage.film.units) { stage.receive() }
            _ = stage.depart()
            return sample
        }
    }

    private static let depart = Benchmark("queue/depart and accept, of 10,000", per: "departure") {
        let stage = try Stage()
        stage.demand()
        stage.receive()
        let departures = stage.depart()
        return {
            stage.demand()
            stage.receive()
            return Sample.of(departures) {
                let again = stage.depart()
                precondition(again == departures)
            }
        }
    }

    /// A wire buffer for a read, and back when its last packet has left.
    private static let pool = Benchmark("pool/take and recycle, 64 kB", per: "buffer") {
        let pool = BufferPool()
        let count = 1_000
        return {
            Sample.of(count) {
                for _ in 0..<count { pool.recycle(pool.take(capacity: 64 * 1024)) }
            }
        }
    }
}
