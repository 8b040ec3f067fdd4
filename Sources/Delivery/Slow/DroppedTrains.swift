import MediaCore

extension DemandQueue {
    /// Throws away the train at the front of a line, none of whose packets has departed; trains before it may still be on their way.
    mutating func dropHead(line index: Int) {
        guard let head = lines[index].waiting.first, head.departedPackets == 0 else {
            preconditionFailure("a unit that is half sent is finished")
        }
        // Those that wait are the last of the units that are unsent.
        lines[index].unsentUnits.remove(at: lines[index].unsentUnits.count - lines[index].waiting.count)
        lines[index].waiting.removeFirst()
        let packets = Int(head.train.packets)
        lines[index].unsentPackets -= packets
        lines[index].unsentBytes -= Int(head.train.bytes)
        // For the line's count they have departed: `packetsThrough` of the trains behind stays true.
        lines[index].packetsDeparted += Int64(packets)
        lines[index].departedUntil = head.train.unit.decodeTime + head.train.unit.duration
        counters.packetsDiscarded += packets
    }
}
