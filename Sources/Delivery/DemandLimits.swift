package import MediaCore

/// The bounds within which a cursor reads ahead: DESIGN's laws of the DemandQueue.
package struct DemandLimits: Hashable, Sendable {
    /// A track with less decode time than this unsent asks for more.
    package var lowTime: MediaTime
    /// A cursor that holds this many unsent bytes (RTP headers included) reads nothing.
    package var lowBytes: Int
    /// A cursor that holds this many unsent packets reads nothing.
    package var lowPackets: Int
    /// Wire bytes that one read may bring (or one access unit, if that is larger).
    package var batchBytes: Int
    /// Decode time that one read may bring.
    package var batchTime: MediaTime

    package static let standard = DemandLimits(
        lowTime: .milliseconds(200), lowBytes: 512_000, lowPackets: 512, batchBytes: 256_000,
        batchTime: .seconds(1))

    package init(lowTime: MediaTime, lowBytes: Int, lowPackets: Int, batchBytes: Int, batchTime: MediaTime) {
        precondition(lowTime > .zero && lowBytes > 0 && lowPackets > 0 && batchBytes > 0 && batchTime > .zero)
        self.lowTime = lowTime
        self.lowBytes = lowBytes
        self.lowPackets = lowPackets
        self.batchBytes = batchBytes
        self.batchTime = batchTime
    }
}

/// What a queue has done and held, for logs, the interop tests and the status page.
package struct DeliveryCounters: Hashable, Sendable {
    /// Reads asked for.
    package var reads = 0
    /// Packets and their bytes (RTP headers included) that the kernel has accepted.
    package var packetsSent = 0
    package var bytesSent = 0
    /// The most that was unsent at any time.
    package var unsentPacketsMaximum = 0
    package var unsentBytesMaximum = 0
    package var unsentTimeMaximum = MediaTime.zero
    /// Times a track was short of data while the cursor was full of another's.
    package var starvations = 0
    /// Times each track got a cursor of its own.
    package var splits = 0
    /// Late batches of cancelled reads, thrown away.
    package var batchesDropped = 0
    /// Packets thrown away unsent by a seek or the session's end.
    package var packetsDiscarded = 0
    /// Packets that the kernel refused for this viewer alone.
    package var sendErrors = 0
    /// Access units that could not be packetized.
    package var unitsSkipped = 0
    /// The latest that the oldest unit due was, of a viewer over TCP, when its connection had room again.
    package var latenessMaximum = MediaTime.zero
    package var thinning = ThinCounters()

    package init() {}
}
