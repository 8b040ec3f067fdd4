import MediaCore
import NIOCore
import RTP
import RTSP

/// One RTSP connection of a client: requests out, replies matched by CSeq, interleaved frames to the streams that own
/// their ids.
///
/// Lives on its channel's event loop and is touched there alone.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What takes the frames of an interleaved id.
    enum FrameReceiver {
        case media(StreamReceiver)
        case control(StreamReceiver)
    }

    private struct Pending {
        let method: Method
        let promise: EventLoopPromise<Response>
        let timeout: Scheduled<Void>
    }

    private let userAgent: String
    private let requestTimeout: TimeAmount
    private let counter: PacketCounter?
    private var reader = InterleavedReader()
    private var pending: [UInt32: Pending] = [:]
    private var nextSequenceNumber: UInt32 = 1
    private var nextInterleavedID: UInt8 = 0
    /// By interleaved id.
    private var frameReceivers: [FrameReceiver?] = []
    private var channel: (any Channel)?
    private var closeReason: String?
    /// Called once when the connection is gone.
    private var closeCallbacks: [(String) -> Void] = []

    init(_ configuration: Client.Configuration) {
        self.userAgent = configuration.userAgent
        self.requestTimeout = configuration.requestTimeout
        self.counter = configuration.counter
    }

    // MARK: Requests

    /// Sends a request, adding CSeq and User-Agent. The future fails with a `ClientError`; any status is a success.
    func send(_ request: Request, on eventLoop: any EventLoop) -> EventLoopFuture<Response> {
        let promise = eventLoop.makePromise(of: Response.self)
        guard let channel else {
            promise.fail(ClientError.connectionClosed(reason: closeReason ?? "by us"))
            return promise.futureResult
        }
        let number = nextSequenceNumber
        nextSequenceNumber &+= 1
        var request = request
        request.headers[CSeqHeader.name] = String(number)
        request.headers[HeaderName.userAgent] = userAgent
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timeout = eventLoop.scheduleTask(in: requestTimeout) {
            guard let late = bound.value.pending.removeValue(forKey: number) else { return }
            late.promise.fail(ClientError.timeout(late.method))
        }
        pending[number] = Pending(method: request.method, promise: promise, timeout: timeout)
        channel.writeAndFlush(channel.allocator.buffer(bytes: request.serialize()), promise: nil)
        return promise.futureResult
    }

    // MARK: Interleaved frames (RFC 2326 10.12)

    /// The next pair of ids that no stream of this connection was offered; after 128 pairs from the first again.
    func reserveInterleavedIDs() -> InterleavedIDs {
        defer { nextInterleavedID &+= 2 }
        return InterleavedIDs(rtp: nextInterleavedID, rtcp: nextInterleavedID + 1)
    }

    /// Gives the frames of `id` to `receiver`; nil gives them to nobody.
    func setFrameReceiver(_ receiver: FrameReceiver?, id: UInt8) {
        while frameReceivers.count <= Int(id) { frameReceivers.append(nil) }
        frameReceivers[Int(id)] = receiver
    }

    func sendFrame(id: UInt8, _ payload: [UInt8]) {
        guard let channel, payload.count <= Int(UInt16.max) else { return }
        var buffer = channel.allocator.buffer(capacity: 4 + payload.count)
        buffer.writeInteger(UInt8(ascii: "$"))
        buffer.writeInteger(id)
        buffer.writeInteger(UInt16(payload.count))
        buffer.writeBytes(payload)
        channel.writeAndFlush(buffer, promise: nil)
    }

    // MARK: Channel

    /// Calls back once the connection is gone; at once if it is.
    func whenClosed(_ callback: @escaping (_ reason: String) -> Void) {
        if let closeReason { callback(closeReason) } else { closeCallbacks.append(callback) }
    }

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(reason: "by the server")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(reason: (error as? IOError).map { ConnectionHandler.reason($0) } ?? "\(error)")
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let arrival = MediaTime.now
        var arrived = Arrived()
        do {
            try bytes.withUnsafeReadableBytes { raw in
                try reader.read(
                    raw, frame: { arrived += receive($0, $1, at: arrival) }, message: { received($0) })
            }
        } catch {
            close(reason: "\(error)")
            context.close(promise: nil)
        }
        counter?.add(arrived)
    }

    private func receive(_ id: UInt8, _ payload: RawSpan, at arrival: MediaTime) -> Arrived {
        guard Int(id) < frameReceivers.count, let receiver = frameReceivers[Int(id)] else { return Arrived() }
        switch receiver {
        case .media(let stream): return stream.receiveMedia(payload, at: arrival)
        case .control(let stream):
            stream.receiveControl(payload, at: arrival)
            return Arrived()
        }
    }

    private func received(_ message: Message) {
        switch message {
        case .response(let response):
            // A reply that nobody waits for came after its time-out.
            guard let number = (try? response.headers.typed(CSeqHeader.self))?.number,
                let pending = pending.removeValue(forKey: number)
            else { return }
            pending.timeout.cancel()
            pending.promise.succeed(response)
        case .request(let request):
            var response = Response(status: .notImplemented)
            response.headers[CSeqHeader.name] = request.headers[CSeqHeader.name]
            if let channel {
                channel.writeAndFlush(channel.allocator.buffer(bytes: response.serialize()), promise: nil)
            }
        case .interleaved, .malformed:
            break
        }
    }

    /// Fails what waits and says that the connection is gone.
    func close(reason: String) {
        guard closeReason == nil else { return }
        closeReason = reason
        channel = nil
        let waiting = pending.values
        pending.removeAll()
        for request in waiting {
            request.timeout.cancel()
            request.promise.fail(ClientError.connectionClosed(reason: reason))
        }
        for callback in closeCallbacks { callback(reason) }
        closeCallbacks.removeAll()
        frameReceivers.removeAll()
    }
}
