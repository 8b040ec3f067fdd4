internal import LibAV

/// What tells a unit from every other of its track, whatever way the demuxer came to it. Units that the container does
/// not tell apart (no stamps, one place) are told apart by their order.
struct UnitIdentity: Hashable, Sendable {
    let decodeTicks: Int64?
    let presentationTicks: Int64?
    /// Bytes from the start of the file; negative if unknown.
    let filePosition: Int64

    init(_ packet: borrowing Packet) {
        decodeTicks = packet.decodeTicks
        presentationTicks = packet.presentationTicks
        filePosition = packet.filePosition
    }
}
