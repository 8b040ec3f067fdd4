import Synchronization

/// RTP packets and bytes that have come so far, of any number of streams; any thread may count and read.
package final class PacketCounter: Sendable {
    private let packetCount = Atomic<Int64>(0)
    private let byteCount = Atomic<Int64>(0)

    package init() {}

    /// Counts what one read brought.
    func add(_ arrived: Arrived) {
        guard arrived.packets > 0 else { return }
        packetCount.add(arrived.packets, ordering: .relaxed)
        byteCount.add(arrived.bytes, ordering: .relaxed)
    }

    package var packets: Int64 { packetCount.load(ordering: .relaxed) }
    /// RTP packets' bytes, headers included.
    package var bytes: Int64 { byteCount.load(ordering: .relaxed) }
}

/// RTP packets of the expected source, and their bytes.
package struct Arrived: Hashable, Sendable {
    package var packets: Int64 = 0
    package var bytes: Int64 = 0

    package static func += (left: inout Arrived, right: Arrived) {
        left.packets += right.packets
        left.bytes += right.bytes
    }
}
