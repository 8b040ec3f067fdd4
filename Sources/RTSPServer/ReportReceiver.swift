import NIOCore
import RTP

/// Takes RTCP on the shared port: finds the session and hands the report to its loop.
///
/// Datagrams may arrive on any loop's socket. A session is found by the SSRC of a report block (ours, unique in the server), else by the
/// exact address and port its RTCP comes from. What fits none, or more than one, is ignored: NAT openers, strangers.
final class ReportReceiver: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let registry: SessionRegistry

    init(registry: SessionRegistry) { self.registry = registry }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let bytes = envelope.data.readableBytes
        guard let packet = try? CompoundPacket(parsing: envelope.data.readableBytesSpan) else { return }
        let bySource = packet.receptionReports.lazy.compactMap { [registry] in registry.session(ssrc: $0.ssrc) }.first
        guard let entry = bySource ?? registry.session(controlAddress: envelope.remoteAddress) else { return }
        if entry.eventLoop.inEventLoop {
            entry.session.value.received(packet, bytes: bytes)
        } else {
            entry.eventLoop.execute { entry.session.value.received(packet, bytes: bytes) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A datagram socket outlives whatever one peer does.
    }
}

/// Reads and forgets what comes to the RTP port: packets that open a NAT's pinhole.
final class DatagramSink: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
