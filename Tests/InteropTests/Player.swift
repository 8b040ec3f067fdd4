import Foundation

/// A client that plays a title to its end.
protocol Player: Sendable {
    var name: String { get }

    /// Plays `url`, which should hold what `reference` does; gives up after `limit` seconds.
    func play(
        _ reference: Reference, url: String, transport: Transport, limit: Double, scratch: URL
    ) async throws -> Delivery
}

/// A client that seeks in a title.
protocol Seeker: Sendable {
    var name: String { get }

    /// Seeks to each of `positions`, NPT in seconds, in turn; gives up on one after `limit` seconds.
    func seekRuns(
        _ url: String, transport: Transport, positions: [Double], limit: Double, scratch: URL
    ) async throws -> [SeekRun]
}
