import CSocket
import Glibc
import NIOCore
import Synchronization

/// A stream's UDP ports: an even one for RTP and the next for RTCP (RFC 3550 11).
///
/// Each stream has a pair of its own, as players do, so that it works with every server: not all announce the SSRC that
/// a shared socket would need to tell viewers apart, and one viewer's burst cannot overflow another's buffer.
final class DatagramPair: Sendable {
    let media: CInt
    let control: CInt
    /// Of RTP.
    let port: UInt16
    private let reader: DatagramReader
    private let isOpen = Mutex(true)

    private static let ports: Range<UInt32> = 10_000..<65_000
    /// Where the search for the next free pair begins, in steps of two ports.
    private static let next = Atomic<UInt32>(UInt32.random(in: 0..<27_500))

    private init(media: CInt, control: CInt, port: UInt16, reader: DatagramReader) {
        self.media = media
        self.control = control
        self.port = port
        self.reader = reader
    }

    /// Binds a free pair on the host of `local`. From now on `reader` gives what comes there to `receiver`.
    /// - Parameter receiveBuffer: bytes asked for the RTP socket.
    /// - Throws: `.noPorts`.
    static func open(
        local: SocketAddress, reader: DatagramReader, receiveBuffer: Int, receiver: StreamReceiver
    ) throws(ClientError) -> DatagramPair {
        for _ in 0..<ports.count / 2 {
            let step = next.wrappingAdd(1, ordering: .relaxed).oldValue % UInt32(ports.count / 2)
            let port = Int(ports.lowerBound + 2 * step)
            guard let media = try bind(local, port: port, receiveBuffer: receiveBuffer, joined: reader.joinsSegments)
            else { continue }
            do {
                if let control = try bind(local, port: port + 1, receiveBuffer: 0, joined: false) {
                    let pair = DatagramPair(media: media, control: control, port: UInt16(port), reader: reader)
                    reader.add(pair, receiver)
                    return pair
                }
                Glibc.close(media)
            } catch {
                Glibc.close(media)
                throw error
            }
        }
        throw .noPorts(reason: "all are taken")
    }

    /// Nil if the port is taken.
    private static func bind(
        _ local: SocketAddress, port: Int, receiveBuffer: Int, joined: Bool
    ) throws(ClientError) -> CInt? {
        var address = local
        address.port = port
        let descriptor = address.withSockAddr { pointer, length in
            csocket_udp_receiver(pointer, socklen_t(length), CInt(clamping: receiveBuffer), joined ? 1 : 0)
        }
        if descriptor >= 0 { return descriptor }
        let error = errno
        guard error == EADDRINUSE else { throw .noPorts(reason: String(cString: strerror(error))) }
        return nil
    }

    /// Sends RTCP; that it does not leave is no error.
    func send(_ packet: [UInt8], to address: SocketAddress) {
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            address.withSockAddr { pointer, length in
                _ = sendto(control, packet, packet.count, Int32(MSG_DONTWAIT), pointer, socklen_t(length))
            }
        }
    }

    /// RTP datagrams (joined ones count once) that the kernel dropped because the socket's buffer was full; nil once it
    /// is closed, or where the kernel does not say.
    var drops: Int64? {
        isOpen.withLock { isOpen in
            let count = isOpen ? csocket_drops(media) : -1
            return count < 0 ? nil : count
        }
    }

    /// Nothing is read any more; what comes fills the sockets' buffers.
    func stall() { reader.stall(self) }

    /// Frees the ports, as soon as the reader has let go of them.
    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { reader.remove(self) }
    }
}
