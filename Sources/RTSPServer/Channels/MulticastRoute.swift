import CSocket
import Delivery
import Glibc
import NIOCore
import RTSPSession

/// How a host reaches a group: checked, with the address that it is sent from.
struct MulticastRoute {
    let offer: MulticastOffer
    private let group: SocketAddress
    private let source: SocketAddress

    /// - Throws: `StartError` with one line for a person.
    init(_ group: MulticastGroup, tracks: Int) throws {
        guard let address = try? SocketAddress(ipAddress: group.address, port: Int(group.port)), address.isMulticast
        else {
            throw StartError("\(group.address) is no multicast address")
        }
        guard group.port > 0, group.port % 2 == 0, Int(group.port) + 2 * tracks <= 65_536 else {
            throw StartError("the group's port must be even, with room for \(tracks) tracks")
        }
        self.group = address
        source = try group.source.map { try Self.local($0, for: address) } ?? Self.source(towards: address)
        offer = MulticastOffer(
            address: group.address, isIPv6: address.protocol == .inet6, ttl: group.ttl, port: group.port,
            source: group.isSourceSpecific ? source.ipAddress : nil)
    }

    private static func local(_ text: String, for group: SocketAddress) throws -> SocketAddress {
        guard let address = try? SocketAddress(ipAddress: text, port: 0), address.protocol == group.protocol else {
            throw StartError("\(text) is no address to send to the group from")
        }
        return address
    }

    /// The address that the host's routes choose.
    private static func source(towards group: SocketAddress) throws -> SocketAddress {
        var storage = sockaddr_storage()
        guard group.withSockAddr({ csocket_local_address($0, socklen_t($1), &storage) }) == 0 else {
            throw StartError("no route to \(group.ipAddress ?? "the group"): \(String(cString: strerror(errno)))")
        }
        var address = withUnsafeBytes(of: &storage) { bytes in
            group.protocol == .inet6
                ? SocketAddress(bytes.load(as: sockaddr_in6.self)) : SocketAddress(bytes.load(as: sockaddr_in.self))
        }
        address.port = 0
        return address
    }

    /// - Throws: `StartError`.
    func open(sendBuffer: Int) throws -> CInt {
        let descriptor = source.withSockAddr { csocket_udp($0, socklen_t($1), 0, 0, CInt(clamping: sendBuffer)) }
        guard descriptor >= 0,
            source.withSockAddr({ address, _ in
                csocket_multicast(descriptor, address, CInt(offer.ttl)) == 0
            })
        else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw StartError("cannot send to \(offer.address) from \(source.ipAddress ?? "here"): \(reason)")
        }
        return descriptor
    }

    func destination(track: Int, control: Bool) -> SocketAddress {
        var destination = group
        destination.port = Int(offer.port) + 2 * track + (control ? 1 : 0)
        return destination
    }
}
