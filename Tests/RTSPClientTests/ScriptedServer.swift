import NIOCore
import NIOPosix
import RTP
import RTSP
import Synchronization

/// An RTSP server that says what a test tells it to, on a port of its own, and remembers what it was sent.
final class ScriptedServer: Sendable {
    /// What came, in order.
    enum Received: Equatable, Sendable {
        case request(Request)
        case frame(id: UInt8, [UInt8])
    }

    /// What a request is answered with; empty: nothing. CSeq is added to responses.
    typealias Script = @Sendable (Request) -> [Reply]

    enum Reply: Sendable {
        case response(Response)
        case frame(id: UInt8, [UInt8])
        case close
    }

    private let listener: any Channel
    private let log: Log
    let url: String

    private init(listener: any Channel, log: Log) {
        self.listener = listener
        self.log = log
        self.url = "rtsp://127.0.0.1:\(listener.localAddress?.port ?? 0)/film"
    }

    /// Shared by all connections.
    private final class Log: Sendable {
        let entries = Mutex<[Received]>([])
    }

    var requests: [Request] {
        log.entries.withLock { entries in
            entries.compactMap { if case .request(let request) = $0 { request } else { nil } }
        }
    }

    var frames: [(id: UInt8, payload: [UInt8])] {
        log.entries.withLock { entries in
            entries.compactMap { if case .frame(let id, let payload) = $0 { (id, payload) } else { nil } }
        }
    }

    static func start(_ script: @escaping Script) async throws -> ScriptedServer {
        let log = Log()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(script: script, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(listener: listener, log: log)
    }

    func stop() async { try? await listener.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private let log: Log
        private var parser = MessageParser()

        init(script: @escaping Script, log: Log) {
            self.script = script
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            parser.append(buffer.readableBytesSpan)
            while let message = try? parser.next() {
                switch message {
                case .request(let request):
                    log.entries.withLock { $0.append(.request(request)) }
                    for reply in script(request) { send(reply, to: request, context) }
                case .interleaved(let id, let payload):
                    log.entries.withLock { $0.append(.frame(id: id, payload)) }
                default: break
                }
            }
        }

        private func send(_ reply: Reply, to request: Request, _ context: ChannelHandlerContext) {
            switch reply {
            case .response(var response):
                response.headers[CSeqHeader.name] = request.headers[CSeqHeader.name]
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: response.serialize())), promise: nil)
            case .frame(let id, let payload):
                var buffer = ByteBuffer(bytes: [UInt8(ascii: "$"), id])
                buffer.writeInteger(UInt16(payload.count))
                buffer.writeBytes(payload)
                context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            case .close:
                context.close(promise: nil)
            }
        }
    }
}
