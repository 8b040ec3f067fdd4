import Foundation

/// How packets come to a client.
enum Transport: String, CaseIterable, Sendable {
    case udp, tcp
}

/// What a client got from playing a title from its start to its end.
struct Delivery: Sendable {
    struct Sample: Sendable {
        /// Seconds on the client's own timeline; nil if it does not know.
        let pts: Double?
        let hash: UInt32
    }

    /// How far apart the tracks are.
    struct Offset: Sendable {
        /// What tells the client.
        let source: String
        /// Index of the picture.
        let picture: Int
        /// Index of the audio unit.
        var unit = 0
        /// Seconds.
        let value: Double
    }

    /// Decoded pictures in presentation order.
    var frames: [Sample] = []
    /// Compressed audio units.
    var audio: [Sample] = []
    /// Times of compressed video units in decoding order, if the client tells, seconds.
    var videoUnits: [Double] = []
    /// Of compressed video units in decoding order.
    var videoUnitHashes: [UInt32] = []
    /// Presentation of a picture less that of an audio unit, by each way in which the client can know it.
    var offsets: [Offset] = []
    /// Pictures that the client's own decoder showed, if `frames` come from another one.
    var shown: Int?
    /// How many different RTP timestamps came, of a client that only counts; what it hands on as it is is compared besides, nothing else.
    var timestamps: (video: Int, audio: Int)?
    /// Why the client did not come to the end.
    var failure: String?
    /// Wall clock, seconds.
    var seconds: Double = 0
}
