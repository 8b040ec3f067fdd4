internal import LibAV
internal import MediaCore

/// Access units that wait with their packets, first in first out.
struct UnitQueue: ~Copyable {
    private var packets = PacketQueue()
    private var units: [AccessUnit] = []
    /// Index in `units` of the first that is still here.
    private var head = 0
    private static let maximumVacancies = 64

    var isEmpty: Bool { packets.isEmpty }
    var count: Int { packets.count }
    /// Bytes of all units.
    var bytes: Int { packets.bytes }

    mutating func append(_ packet: consuming Packet, _ unit: AccessUnit) {
        units.append(unit)
        packets.append(packet)
    }

    mutating func append(_ waiting: consuming WaitingUnit) {
        units.append(waiting.unit)
        packets.append(waiting.takePacket())
    }

    /// The unit becomes the first to leave.
    mutating func prepend(_ waiting: consuming WaitingUnit) {
        if head > 0 {
            head -= 1
            units[head] = waiting.unit
        } else {
            units.insert(waiting.unit, at: 0)
        }
        packets.prepend(waiting.takePacket())
    }

    mutating func popFirst() -> WaitingUnit? {
        guard let packet = packets.popFirst() else { return nil }
        let unit = units[head]
        head += 1
        if head == units.count {
            units.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.maximumVacancies, 2 * head >= units.count {
            units.removeFirst(head)
            head = 0
        }
        return WaitingUnit(packet: packet, unit: unit)
    }

    mutating func removeAll() {
        packets.removeAll()
        units.removeAll(keepingCapacity: true)
        head = 0
    }
}

/// An access unit and its bytes.
struct WaitingUnit: ~Copyable {
    let packet: Packet
    let unit: AccessUnit

    consuming func takePacket() -> Packet { packet }
}
