import CSocket
import Delivery
import DequeModule
import Glibc
import NIOCore

/// Where one stream's datagrams go: destination, the local address they come from, and whether that path takes segmented sends.
final class DatagramRoute {
    /// SAFETY: allocated in `init`, freed in `deinit`, never reassigned; messages hold the route while they point here.
    let raw: UnsafeMutablePointer<csocket_route>
    /// False once the destination's device has refused `UDP_SEGMENT`.
    var takesSegments = true

    /// - Parameter source: the local address of the RTSP connection; nil lets the kernel choose.
    init(destination: SocketAddress, source: SocketAddress?) {
        raw = .allocate(capacity: 1)
        raw.initialize(to: csocket_route())
        destination.withSockAddr { address, length in
            withUnsafeMutableBytes(of: &raw.pointee.destination) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: length))
            }
            raw.pointee.destination_length = socklen_t(length)
        }
        source?.withSockAddr { address, _ in csocket_set_source(raw, address) }
    }

    deinit { raw.deallocate() }
}

/// Who is told what became of its datagrams.
protocol DatagramOwner: AnyObject {
    /// - Parameter error: the errno with which the kernel refused them; nil if it took them.
    func departed(line: Int, packets: Int, error: CInt?)
}

/// The send path of one UDP socket: many viewers' runs in one `sendmmsg`, each with its own segment size.
///
/// What the kernel refuses for one destination is counted against that viewer alone. When the socket itself is full (EAGAIN), everything waits,
/// in order, for the next quantum. Belongs to one event loop; not thread-safe.
final class DatagramSender {
    private let descriptor: CInt
    private var pending: Deque<Message> = []

    /// A run of a train, or an RTCP packet.
    private struct Message {
        var bytes: UnsafeRawPointer
        var length: Int
        var segment: Int
        var packets: Int
        let line: Int
        let route: DatagramRoute
        /// Keeps `bytes` alive: a `WireBuffer` or a `ControlBytes`.
        let storage: AnyObject
        let owner: (any DatagramOwner)?
    }

    private final class ControlBytes {
        let bytes: UnsafeMutableRawBufferPointer
        init(_ packet: [UInt8]) {
            bytes = .allocate(byteCount: packet.count, alignment: 1)
            bytes.copyBytes(from: packet)
        }
        deinit { bytes.deallocate() }
    }

    /// Takes ownership of `descriptor`.
    init(descriptor: CInt) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// The socket has refused for want of room since the last complete flush.
    var isBlocked: Bool { isFull }
    private var isFull = false

    var hasPending: Bool { !pending.isEmpty }

    func enqueue(_ departure: DemandQueue.Departure, route: DatagramRoute, owner: any DatagramOwner) {
        let length = (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
        let message = Message(
            bytes: UnsafeRawPointer(departure.buffer.base + departure.offset), length: length,
            segment: departure.packetSize, packets: departure.packets, line: departure.line, route: route,
            storage: departure.buffer, owner: owner)
        if route.takesSegments || message.packets == 1 {
            pending.append(message)
        } else {
            pending.append(contentsOf: singles(of: message))
        }
    }

    func enqueue(control packet: [UInt8], route: DatagramRoute) {
        guard !packet.isEmpty else { return }
        let storage = ControlBytes(packet)
        pending.append(
            Message(
                bytes: UnsafeRawPointer(storage.bytes.baseAddress!), length: packet.count, segment: packet.count,
                packets: 1, line: 0, route: route, storage: storage, owner: nil))
    }

    /// Sends all that is pending, or until the socket is full.
    func flush() {
        isFull = false
        while !pending.isEmpty, !isFull {
            let sent = sendBatch()
            if sent >= 0 {
                for _ in 0..<sent { settle(pending.removeFirst(), error: nil) }
            } else {
                refused(errno)
            }
        }
    }

    /// Throws away what is pending; it would keep its owners, and they this sender.
    func close() { pending.removeAll() }

    /// Offers the first messages to the kernel. Returns what `csocket_send` does.
    private func sendBatch() -> Int {
        let count = min(pending.count, Int(CSOCKET_BATCH))
        return withUnsafeTemporaryAllocation(of: csocket_message.self, capacity: count) { messages in
            for index in 0..<count {
                let message = pending[pending.startIndex + index]
                messages[index] = csocket_message(
                    bytes: message.bytes, length: UInt32(message.length),
                    segment: message.segment < message.length ? UInt16(message.segment) : 0, route: message.route.raw)
            }
            return Int(csocket_send(descriptor, messages.baseAddress, UInt32(count)))
        }
    }

    /// The kernel did not take the first message.
    private func refused(_ error: CInt) {
        switch error {
        case EAGAIN, EWOULDBLOCK, ENOMEM:
            isFull = true
        case EINVAL, EIO, EMSGSIZE, EOPNOTSUPP, ENOPROTOOPT:
            let first = pending.removeFirst()
            if first.packets > 1 {
                // Perhaps the device on the way does not segment: one datagram each from now on.
                first.route.takesSegments = false
                pending.prepend(contentsOf: singles(of: first))
            } else {
                settle(first, error: error)
            }
        default:
            settle(pending.removeFirst(), error: error)
        }
    }

    /// A segmented message as single datagrams.
    private func singles(of message: Message) -> [Message] {
        (0..<message.packets).map { index in
            var single = message
            single.bytes = message.bytes + index * message.segment
            single.length = min(message.segment, message.length - index * message.segment)
            single.segment = single.length
            single.packets = 1
            return single
        }
    }

    private func settle(_ message: Message, error: CInt?) {
        message.owner?.departed(line: message.line, packets: message.packets, error: error)
    }
}
