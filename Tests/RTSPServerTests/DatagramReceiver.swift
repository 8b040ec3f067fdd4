import Glibc
import NIOCore
import RTP
import TestSupport

/// A viewer's pair of UDP ports.
final class DatagramReceiver {
    struct Datagram {
        let bytes: [UInt8]
        let source: SocketAddress

        /// Of RTP.
        var header: RTPHeader { get throws { try RTPHeader(parsing: bytes.span.bytes) } }
        var identity: PacketIdentity { PacketIdentity(parsing: bytes) }
        /// Of RTCP.
        var packets: [RTCPPacket] { get throws { try CompoundPacket(parsing: bytes.span.bytes).packets } }
    }

    private(set) var media: [Datagram] = []
    private(set) var control: [Datagram] = []
    let mediaPort: Int
    let controlPort: Int
    private let sockets: [CInt]

    init(host: String = "127.0.0.1") throws {
        let opened = try (0..<2).map { _ in try Self.open(host) }
        sockets = opened.map(\.descriptor)
        mediaPort = opened[0].port
        controlPort = opened[1].port
    }

    deinit { for socket in sockets { Glibc.close(socket) } }

    /// The parameter of a Transport header.
    var clientPort: String { "client_port=\(mediaPort)-\(controlPort)" }

    private static func open(_ host: String) throws -> (descriptor: CInt, port: Int) {
        let address = try SocketAddress(ipAddress: host, port: 0)
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ClientFailure.system("socket", errno) }
        var size: CInt = 4 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw ClientFailure.system("bind", errno)
        }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &storage) {
            _ = getsockname(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return (descriptor, SocketAddress(storage)?.port ?? 0)
    }

    /// Reads until `condition` holds. False if it does not in time.
    @discardableResult
    func receive(within seconds: Double = 10, until condition: (DatagramReceiver) throws -> Bool) rethrows -> Bool {
        let deadline = Clock.now + seconds
        while try !condition(self) {
            let readable = Poll.isReadable(sockets, until: deadline)
            if readable[0] { media += Self.drain(sockets[0]) }
            if readable[1] { control += Self.drain(sockets[1]) }
            if !readable.contains(true) { return false }
        }
        return true
    }

    /// Reads for some time.
    func receive(for seconds: Double) { receive(within: seconds) { _ in false } }

    private static func drain(_ descriptor: CInt) -> [Datagram] {
        var result: [Datagram] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutableBytes(of: &storage) { address in
                recvfrom(
                    descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT),
                    address.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
            }
            guard count >= 0, let source = SocketAddress(storage) else { return result }
            result.append(Datagram(bytes: Array(buffer[..<count]), source: source))
        }
    }

    /// Sends from the media or the control port to a port of the server.
    func send(_ bytes: [UInt8], fromControl: Bool = true, host: String = "127.0.0.1", to port: Int) throws {
        let address = try SocketAddress(ipAddress: host, port: port)
        let sent = address.withSockAddr {
            sendto(sockets[fromControl ? 1 : 0], bytes, bytes.count, 0, $0, socklen_t($1))
        }
        guard sent == bytes.count else { throw ClientFailure.system("sendto", errno) }
    }

    /// Streams that have said BYE.
    var goodbyes: Set<SSRC> {
        var sources: Set<SSRC> = []
        for packet in control.compactMap({ try? $0.packets }).joined() {
            if case .goodbye(let goodbye) = packet { sources.formUnion(goodbye.sources) }
        }
        return sources
    }
}

extension SocketAddress {
    /// Nil for a family that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        let address = withUnsafeBytes(of: storage) { bytes -> SocketAddress? in
            guard let base = bytes.baseAddress else { return nil }
            switch CInt(storage.ss_family) {
            case AF_INET: return SocketAddress(base.loadUnaligned(as: sockaddr_in.self))
            case AF_INET6: return SocketAddress(base.loadUnaligned(as: sockaddr_in6.self))
            default: return nil
            }
        }
        guard let address else { return nil }
        self = address
    }
}
