package import MediaCore
package import NIOCore
package import RTPPayload

/// One access unit's RTP packets, as they lie in a batch's buffer; or one packet of several units.
///
/// Of each packet's header only version, marker and payload type are written; sequence number, timestamp and SSRC (and the `$` framing) are
/// written as the packet departs.
package struct PacketTrain: Hashable, Sendable {
    /// Of several, the first, with the duration of all.
    package var unit: AccessUnit
    /// Of the last unit.
    package var lastDecodeTime: MediaTime
    /// This train's runs: a range of `Batch.runs`.
    package var runs: Range<Int32>
    /// Packets in all runs; at least 1.
    package var packets: Int32
    /// Bytes of all packets, RTP headers included, prefixes excluded.
    package var bytes: Int32

    /// - Parameter lastDecodeTime: nil if `unit` is the only one.
    package init(
        unit: AccessUnit, lastDecodeTime: MediaTime? = nil, runs: Range<Int32>, packets: Int32, bytes: Int32
    ) {
        self.unit = unit
        self.lastDecodeTime = lastDecodeTime ?? unit.decodeTime
        self.runs = runs
        self.packets = packets
        self.bytes = bytes
    }
}

/// What one read brought: trains in file order, all in one buffer.
package struct Batch: Sendable {
    /// The wire buffer, index 0 is the base of all run offsets. It came with the request and goes back to the loop's pool.
    package var buffer: ByteBuffer
    package var trains: [PacketTrain]
    package var runs: [PacketRun]
    /// Where delivery starts on the title's timeline; set on the first batch of each generation: the presentation time of the key frame
    /// found by a seek, or of the earliest unit.
    package var start: MediaTime?
    /// Tracks (positions in the title) of which no unit will follow this batch.
    package var endedTracks: [Int]
    /// Tracks of which nothing will follow before all others have come as far: that one has nothing to send is no reason to read more of them.
    package var restingTracks: [Int]
    /// Nothing follows on any track.
    package var isEnd: Bool
    /// Units that could not be sent, with the last reason: too large, damaged.
    package var skippedUnits: Int
    package var skipReason: String?
    /// Reading failed after the trains above; implies `isEnd`.
    package var failure: MediaError?

    package init(buffer: ByteBuffer) {
        self.buffer = buffer
        self.trains = []
        self.runs = []
        self.start = nil
        self.endedTracks = []
        self.restingTracks = []
        self.isEnd = false
        self.skippedUnits = 0
        self.skipReason = nil
        self.failure = nil
    }
}
