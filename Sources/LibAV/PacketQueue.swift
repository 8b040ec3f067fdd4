import CFFmpeg

/// Packets that wait, first in first out; owns them.
package struct PacketQueue: ~Copyable {
    private var waiting: [UnsafeMutablePointer<AVPacket>] = []
    /// Index of the first in `waiting` that is still here.
    private var head = 0
    private static let maximumVacancies = 64
    /// Bytes of all packets that wait.
    package private(set) var bytes = 0

    package init() {}

    deinit {
        for pointer in waiting[head...] { _ = Packet(taking: pointer) }
    }

    package var count: Int { waiting.count - head }
    package var isEmpty: Bool { head == waiting.count }

    package mutating func append(_ packet: consuming Packet) {
        bytes += packet.size
        waiting.append(packet.release())
    }

    /// `packet` becomes the first to leave.
    package mutating func prepend(_ packet: consuming Packet) {
        bytes += packet.size
        if head > 0 {
            head -= 1
            waiting[head] = packet.release()
        } else {
            waiting.insert(packet.release(), at: 0)
        }
    }

    package mutating func popFirst() -> Packet? {
        guard head < waiting.count else { return nil }
        let packet = Packet(taking: waiting[head])
        head += 1
        bytes -= packet.size
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.maximumVacancies, 2 * head >= waiting.count {
            // A look-ahead never lets the queue run empty.
            waiting.removeFirst(head)
            head = 0
        }
        return packet
    }

    package mutating func removeAll() { while popFirst() != nil {} }
}
