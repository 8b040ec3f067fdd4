internal import LibAV

/// What tells a unit from every other of its track, whatever way the demuxer came to it. Units that the container does
/// not tell apart (no stamps, one place) are told apart by their order.
struct UnitIdentity: Hashable, Sendable {
    let decodeTicks: Int64?
    let presentationTicks: Int64?
    /// Bytes from the start of the file; negative if unknown.
    let filePosition: Int64

    var isStamped: Bool { decodeTicks != nil || presentationTicks != nil }

    init(_ packet: borrowing Packet) {
        decodeTicks = packet.decodeTicks
        presentationTicks = packet.presentationTicks
        filePosition = packet.filePosition
    }
}

/// How far a track has been read: its last packet, whatever way the demuxer came to it.
struct ReadingMark: Hashable, Sendable {
    /// The last packet with a stamp.
    private var stamped: UnitIdentity?
    /// Packets after it: without a stamp (what a parser cuts from one packet of the container bears one stamp), or not told apart from it.
    private var following = 0

    /// A time of the container from which the last packet is still to come.
    var ticks: Int64? { stamped.flatMap { $0.decodeTicks ?? $0.presentationTicks } }

    /// Bytes from the start of the file; negative if unknown.
    var filePosition: Int64 { stamped?.filePosition ?? -1 }

    mutating func pass(_ packet: borrowing Packet) {
        let identity = UnitIdentity(packet)
        if identity.isStamped, identity != stamped {
            (stamped, following) = (identity, 0)
        } else {
            following += 1
        }
    }

    /// Whether reading, which has come to `other`, has gone beyond this mark without meeting it.
    /// - Parameter slack: ticks by which stamps may go back.
    func isMissed(at other: ReadingMark, slack: Int64) -> Bool {
        guard let ticks, let now = other.ticks, stamped != other.stamped else { return false }
        return now.subtractingReportingOverflow(ticks).partialValue > slack
    }
}
