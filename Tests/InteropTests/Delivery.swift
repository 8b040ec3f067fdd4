import Foundation

/// How packets come to a client.
enum Transport: String, CaseIterable, Sendable {
    case udp, tcp
}

/// What a client got from playing a title from its start to its end.
struct Delivery: Sendable {
    struct Sample: Sendable {
        /// Seconds on the client's own timeline.
        let pts: Double
        let hash: UInt32
    }

    /// Decoded pictures in presentation order.
    var frames: [Sample] = []
    /// Compressed audio units.
    var audio: [Sample] = []
    /// Times of compressed video units in decoding order, if the client tells, seconds.
    var videoUnits: [Double] = []
    /// Presentation of the first picture less that of the first audio unit, by each way in which the client can know it, seconds.
    var offsets: [(source: String, value: Double)] = []
    /// Why the client did not come to the end.
    var failure: String?
    /// Wall clock, seconds.
    var seconds: Double = 0
}
