internal import LibAV
internal import MediaCore

/// Access units that wait with their packets, first in first out.
struct UnitQueue: ~Copyable {
    private var packets = PacketQueue()
    private var units: [AccessUnit] = []

    var isEmpty: Bool { packets.isEmpty }
    var count: Int { packets.count }

    mutating func append(_ waiting: consuming WaitingUnit) {
        units.append(waiting.unit)
        packets.append(waiting.takePacket())
    }

    /// The unit becomes the first to leave.
    mutating func prepend(_ waiting: consuming WaitingUnit) {
        units.insert(waiting.unit, at: 0)
        packets.prepend(waiting.takePacket())
    }

    /// The queue is short (at most a reorder buffer), so removing at the front is cheap.
    mutating func popFirst() -> WaitingUnit? {
        guard let packet = packets.popFirst() else { return nil }
        return WaitingUnit(packet: packet, unit: units.removeFirst())
    }

    mutating func removeAll() {
        packets.removeAll()
        units.removeAll()
    }
}

/// An access unit and its bytes.
struct WaitingUnit: ~Copyable {
    let packet: Packet
    let unit: AccessUnit

    consuming func takePacket() -> Packet { packet }
}
