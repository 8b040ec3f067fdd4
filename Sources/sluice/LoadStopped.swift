import MediaCore
import RTSPClient

/// What the viewers got that were to stop reading, until they did.
struct LoadStopped: Sendable {
    private(set) var viewers = 0
    private(set) var packets: Int64 = 0
    private(set) var lost: Int64 = 0
    private(set) var lateness: Distribution?
    /// Datagrams dropped at their sockets, mostly when they did not read any more; nil if the kernel does not say.
    private(set) var drops: Int64? = 0

    init(_ results: [LoadViewerResult]) {
        for result in results {
            viewers += 1
            packets += result.meters.reduce(0) { $0 + $1.packets }
            lost += result.lost
            drops = drops.flatMap { sum in result.drops.map { sum + $0 } }
        }
        lateness = Distribution(results.flatMap(\.differences))
    }

    var json: LoadJSON {
        .object([
            ("viewers", .integer(Int64(viewers))), ("packets", .integer(packets)), ("lost", .integer(lost)),
            ("lateness", LoadReport.json(lateness)),
        ])
    }
}

extension LoadViewerResult {
    /// Of all streams, each with what makes lateness of it.
    var differences: [(histogram: Histogram, shift: Int32)] {
        guard let lateness else { return [] }
        return zip(meters, lateness.zeros).compactMap { meter, zero in
            zero.map { (meter.differences, 0 &- $0.difference) }
        }
    }
}
