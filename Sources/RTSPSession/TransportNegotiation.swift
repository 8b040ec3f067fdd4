package import RTSP

/// Where a stream goes, as agreed by SETUP.
package enum StreamTransport: Hashable, Sendable {
    /// RTP and RTCP ports of the client, at the address its RTSP connection comes from.
    case datagram(rtpPort: UInt16, rtcpPort: UInt16)
    /// Interleaved ids on the RTSP connection (RFC 2326 10.12).
    case interleaved(rtp: UInt8, rtcp: UInt8)
    /// The group's ports for this stream.
    case multicast(rtpPort: UInt16, rtcpPort: UInt16)
}

/// What the server can do, and what is taken already on the connection.
package struct TransportOffer: Sendable {
    package var allowsDatagram: Bool
    package var allowsInterleaved: Bool
    /// Interleaved ids in use on this connection by other streams.
    package var usedIDs: Set<UInt8>
    /// RTP port of the stream in the presentation's group; nil if there is none.
    package var multicastPort: UInt16?

    package init(allowsDatagram: Bool, allowsInterleaved: Bool, usedIDs: Set<UInt8>, multicastPort: UInt16? = nil) {
        self.multicastPort = multicastPort
        self.allowsDatagram = allowsDatagram
        self.allowsInterleaved = allowsInterleaved
        self.usedIDs = usedIDs
    }

    /// The first transport of the client's list that the server has; nil for none: a 461.
    package func choose(from specs: [TransportSpec]) -> (spec: TransportSpec, transport: StreamTransport)? {
        for spec in specs where spec.mode.isEmpty || spec.mode.contains(.play) {
            if spec.isMulticast {
                // Where it is sent is not the client's to say: a destination of its own is disregarded.
                guard let port = multicastPort, spec.transportProtocol.lowerTransport == .udp else { continue }
                return (spec, .multicast(rtpPort: port, rtcpPort: port + 1))
            }
            switch spec.transportProtocol.lowerTransport {
            case .udp where allowsDatagram:
                if let transport = datagram(spec) { return (spec, transport) }
            case .tcp where allowsInterleaved:
                if let transport = interleaved(spec) { return (spec, transport) }
            default:
                continue
            }
        }
        return nil
    }

    private func datagram(_ spec: TransportSpec) -> StreamTransport? {
        guard let ports = spec.clientPort, ports.rtp > 0 else { return nil }
        let control = ports.rtcp ?? (ports.rtp == .max ? 0 : ports.rtp + 1)
        guard control > 0 else { return nil }
        return .datagram(rtpPort: ports.rtp, rtcpPort: control)
    }

    /// The client's ids if they are free; others if it named none (QuickTime) or ones in use.
    private func interleaved(_ spec: TransportSpec) -> StreamTransport? {
        if let wanted = spec.interleaved, let control = wanted.rtcp ?? (wanted.rtp == .max ? nil : wanted.rtp + 1),
            control != wanted.rtp, !usedIDs.contains(wanted.rtp), !usedIDs.contains(control)
        {
            return .interleaved(rtp: wanted.rtp, rtcp: control)
        }
        let even = stride(from: UInt8(0), to: 254, by: 2)
        return even.first { !usedIDs.contains($0) && !usedIDs.contains($0 + 1) }
            .map { .interleaved(rtp: $0, rtcp: $0 + 1) }
    }
}

extension TransportSpec {
    /// The one transport of the reply: the same lower transport as asked, in the client's spelling.
    /// - Parameter group: of a multicast transport.
    package func agreed(
        _ transport: StreamTransport, serverPort: UInt16?, ssrc: UInt32, group: MulticastOffer? = nil
    ) -> TransportSpec {
        var reply = TransportSpec(transportProtocol, delivery: .unicast)
        switch transport {
        case .datagram(let rtp, let rtcp):
            reply.clientPort = PortPair(rtp: rtp, rtcp: rtcp)
            reply.serverPort = serverPort.map { PortPair(rtp: $0, rtcp: $0 + 1) }
        case .interleaved(let rtp, let rtcp):
            reply.interleaved = InterleavedIDs(rtp: rtp, rtcp: rtcp)
        case .multicast(let rtp, let rtcp):
            reply.delivery = .multicast
            reply.destination = group?.address
            reply.source = group?.source
            reply.port = PortPair(rtp: rtp, rtcp: rtcp)
            reply.ttl = group?.ttl
        }
        reply.ssrc = ssrc
        reply.mode = [.play]
        return reply
    }
}
