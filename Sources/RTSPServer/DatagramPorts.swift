import CSocket
import Glibc
import NIOCore
import NIOPosix

/// Why the server could not start; one line for a person.
package struct StartError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// The descriptors of one event loop on the shared pair of UDP ports.
struct LoopDescriptors {
    let media: CInt
    let control: CInt
}

/// Opens the server's one pair of UDP ports: an even one for RTP, the next for RTCP (RFC 3550 11), with a pair of sockets per event loop.
enum DatagramPorts {
    /// - Parameter address: host and RTP port; port 0 picks a free pair.
    /// - Returns: one pair per loop, all on the same two ports, and the RTP port.
    static func open(at address: SocketAddress, loops: Int, sendBuffer: Int) throws -> (
        pairs: [LoopDescriptors], port: Int
    ) {
        let port = try reserve(address)
        var opened: [CInt] = []
        do {
            var pairs: [LoopDescriptors] = []
            for _ in 0..<loops {
                for offset in 0...1 {
                    opened.append(
                        try socket(at: address, port: port + offset, shared: true, sendBuffer: sendBuffer))
                }
                pairs.append(LoopDescriptors(media: opened[opened.count - 2], control: opened[opened.count - 1]))
            }
            return (pairs, port)
        } catch {
            for descriptor in opened { close(descriptor) }
            throw error
        }
    }

    /// SO_REUSEPORT would let a second server of the same user take half of our packets without a word, so both ports are first
    /// bound without it.
    private static func reserve(_ address: SocketAddress) throws -> Int {
        let wanted = address.port ?? 0
        if wanted != 0 {
            try probe(address, port: wanted)
            return wanted
        }
        for _ in 0..<64 {
            let descriptor = try socket(at: address, port: 0, shared: false, sendBuffer: 0)
            let port = localPort(descriptor)
            close(descriptor)
            guard port > 0, port % 2 == 0, port < 65_535 else { continue }
            if (try? probe(address, port: port)) != nil { return port }
        }
        throw StartError("no free pair of UDP ports on \(host(address))")
    }

    private static func probe(_ address: SocketAddress, port: Int) throws {
        for offset in 0...1 {
            close(try socket(at: address, port: port + offset, shared: false, sendBuffer: 0))
        }
    }

    private static func socket(at address: SocketAddress, port: Int, shared: Bool, sendBuffer: Int) throws -> CInt {
        var bound = address
        bound.port = port
        let isDual = bound.protocol == .inet6 && host(address) == "::"
        let descriptor = bound.withSockAddr { pointer, length in
            csocket_udp(pointer, socklen_t(length), shared ? 1 : 0, isDual ? 1 : 0, CInt(clamping: sendBuffer))
        }
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw StartError("cannot open UDP port \(port) on \(host(address)): \(reason)")
        }
        return descriptor
    }

    private static func localPort(_ descriptor: CInt) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &storage) {
            getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result == 0 else { return 0 }
        // The port lies at the same place in sockaddr_in and sockaddr_in6.
        return withUnsafeBytes(of: &storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) }
    }

    private static func host(_ address: SocketAddress) -> String { address.ipAddress ?? "\(address)" }
}
