import Glibc
import MediaCore
import NIOCore
import NIOPosix
import Synchronization

/// A stream's UDP ports: an even one for RTP and the next for RTCP (RFC 3550 11).
///
/// Each stream has a pair of its own, so that it works with every server: not all announce the SSRC that a shared
/// socket would need to tell viewers apart, and one viewer's burst cannot overflow another's buffer. Datagrams are not
/// joined on receipt (UDP_GRO): on a loopback that would save the server work that it has on a network, and the
/// measurement would flatter it.
struct DatagramPair: Sendable {
    let media: any Channel
    let control: any Channel
    let port: UInt16

    typealias Receiver = @Sendable (_ datagram: RawSpan, _ arrival: MediaTime) -> Void

    private static let ports: Range<UInt32> = 10_000..<65_000
    /// Where the search for the next free pair begins, in steps of two ports.
    private static let next = Atomic<UInt32>(UInt32.random(in: 0..<27_500))
    private static let attempts = 1000

    /// Binds a free pair on the host of `local`.
    static func open(
        local: SocketAddress, on eventLoop: any EventLoop, receiveBuffer: Int, media: @escaping Receiver,
        control: @escaping Receiver
    ) async throws -> DatagramPair {
        var lastError: any Error = ChannelError.operationUnsupported
        for _ in 0..<attempts {
            let step = next.wrappingAdd(1, ordering: .relaxed).oldValue % UInt32(ports.count / 2)
            let port = Int(ports.lowerBound + 2 * step)
            do {
                let mediaChannel = try await bind(
                    local, port: port, on: eventLoop, receiveBuffer: receiveBuffer, batch: 16, media)
                do {
                    let controlChannel = try await bind(
                        local, port: port + 1, on: eventLoop, receiveBuffer: nil, batch: 1, control)
                    return DatagramPair(media: mediaChannel, control: controlChannel, port: UInt16(port))
                } catch {
                    try? await mediaChannel.close()
                    throw error
                }
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                lastError = error
            } catch {
                throw ClientError.noPorts(reason: ConnectionHandler.reason(error))
            }
        }
        throw ClientError.noPorts(reason: ConnectionHandler.reason(lastError))
    }

    func close() {
        media.close(promise: nil)
        control.close(promise: nil)
    }

    /// - Parameter batch: datagrams of up to 2,048 bytes taken in one system call.
    private static func bind(
        _ local: SocketAddress, port: Int, on eventLoop: any EventLoop, receiveBuffer: Int?, batch: Int,
        _ receiver: @escaping Receiver
    ) async throws -> any Channel {
        var address = local
        address.port = port
        var bootstrap = DatagramBootstrap(group: eventLoop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: batch * 2048))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramReceiver(receiver))
                }
            }
        if batch > 1 {
            bootstrap = bootstrap.channelOption(.datagramVectorReadMessageCount, value: batch)
        }
        let channel = try await bootstrap.bind(to: address).get()
        if let receiveBuffer {
            let wanted = SocketOptionValue(clamping: receiveBuffer)
            // The forced variant needs CAP_NET_ADMIN; the plain one is cut to net.core.rmem_max. Neither failing is
            // fatal.
            do {
                try await channel.setOption(.socketOption(.init(rawValue: SO_RCVBUFFORCE)), value: wanted).get()
            } catch {
                try? await channel.setOption(.socketOption(.so_rcvbuf), value: wanted).get()
            }
        }
        return channel
    }
}

/// Gives each datagram to a receiver.
private final class DatagramReceiver: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let receiver: DatagramPair.Receiver

    init(_ receiver: @escaping DatagramPair.Receiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = unwrapInboundIn(data).data
        receiver(datagram.readableBytesSpan, .now)
    }

    /// Errors of single datagrams (an ICMP answer to a report) mean nothing for the stream.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
