import DequeModule
import Logging
import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPSession

/// One RTSP connection: bytes in, requests answered one after the other in the order they came, interleaved frames taken between them.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let server: ServerContext
    let loop: LoopContext
    let logger: Logger
    private(set) var writer: InterleavedWriter?
    private var channel: (any Channel)?
    private var parser: MessageParser
    /// What waits for its turn, in the order it came: replies keep that order, refusals too.
    private var waiting: Deque<Waiting> = []
    /// Bytes of the requests among them.
    private var waitingBytes = 0
    private var isAnswering = false
    /// The connection ends with what waits: nothing more is read.
    private var isClosing = false
    private var unreadReplyBytes = 0
    /// Sessions that this connection made and that have not ended.
    private var sessions: [String: ServerSession] = [:]
    /// When the last whole request or frame came.
    private var lastActivity: MediaTime
    private var idleTimer: Scheduled<Void>?
    /// Since when a request or frame waits for its rest; nil between them.
    private var unfinishedSince: MediaTime?
    private var requestTimer: Scheduled<Void>?

    private enum Waiting {
        case request(Request)
        case refusal(Response)
        /// The last reply: then the connection is closed.
        case farewell(Response)
    }

    /// How long a client may take to read the last reply: closing at once, with bytes of its own unread, could destroy it on the way.
    private static let lingerTime = TimeAmount.seconds(1)

    init(server: ServerContext, loop: LoopContext, peer: SocketAddress?) {
        self.server = server
        self.loop = loop
        self.parser = MessageParser(limits: server.limits.parser)
        self.lastActivity = loop.now
        var logger = server.logger
        logger[metadataKey: "connection"] = "\(peer?.description ?? "unknown")"
        self.logger = logger
    }

    // MARK: Channel

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        let writer = InterleavedWriter(
            channel: context.channel, limit: server.limits.interleavedBytes, loop: loop)
        writer.drained = { [weak self] in
            guard let self else { return }
            for session in sessions.values { session.transportDrained() }
        }
        self.writer = writer
        logger.debug("connection opened")
        scheduleIdleCheck()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        idleTimer?.cancel()
        requestTimer?.cancel()
        // Interleaved sessions die with their connection; the others live on until they expire.
        for session in Array(sessions.values) where session.isInterleaved {
            session.close(reason: "connection closed")
        }
        sessions.removeAll()
        waiting.removeAll()
        waitingBytes = 0
        writer?.drained = nil
        writer = nil
        channel = nil
        logger.debug("connection closed")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["reason": "\(error)"])
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        let bytes = unwrapInboundIn(data)
        parser.append(bytes.readableBytesSpan)
        var hasProgress = false
        do {
            while !isClosing,
                let message = try parser.next(frame: {
                    receivedFrame(id: $0, payload: $1)
                    hasProgress = true
                })
            {
                receivedMessage(message)
                hasProgress = true
            }
        } catch {
            // Nothing after this can be understood: answer, and close when the answer is out.
            logger.notice("unreadable request", metadata: ["reason": "\(error)"])
            enqueue(.farewell(reply(to: error)))
        }
        noteProgress(hasProgress)
    }

    private func receivedMessage(_ message: Message) {
        switch message {
        case .request(let request) where !request.version.isRTSP:
            logger.notice("not RTSP", metadata: ["version": "\(request.version)"])
            enqueue(.farewell(request.generalError() ?? Response(to: request, .badRequest)))
        case .request(let request) where isFull(for: request):
            logger.notice("too many pipelined requests")
            enqueue(.farewell(Response(to: request, .badRequest).explaining("too many pipelined requests")))
        case .request(let request):
            waitingBytes += request.retainedBytes
            enqueue(.request(request))
        case .malformed(let error):
            logger.notice("malformed request", metadata: ["reason": "\(error)"])
            let isFull = waiting.count >= server.limits.pipelinedRequests
            enqueue(isFull ? .farewell(reply(to: error)) : .refusal(reply(to: error)))
        case .interleaved(let id, let payload):
            receivedFrame(id: id, payload: payload.span.bytes)
        case .response:
            break
        }
    }

    /// A first one may always wait, however large the parser let it be.
    private func isFull(for request: Request) -> Bool {
        guard !waiting.isEmpty else { return false }
        return waiting.count >= server.limits.pipelinedRequests
            || waitingBytes + request.retainedBytes > server.limits.pipelinedBytes
    }

    private func reply(to error: ParseError) -> Response {
        var response = Response(status: error.status)
        if let sequence = error.cseq { response.headers.append(CSeqHeader.name, "\(sequence)") }
        response.headers.append("Server", "Sluice")
        return response.explaining("\(error)")
    }

    /// Receiver reports of interleaved streams.
    private func receivedFrame(id: UInt8, payload: RawSpan) {
        guard let packet = try? CompoundPacket(parsing: payload) else { return }
        for session in sessions.values where session.interleavedIDs.contains(id) {
            session.received(packet, bytes: payload.byteCount)
        }
    }

    // MARK: Answers

    private func enqueue(_ item: Waiting) {
        if case .farewell = item { isClosing = true }
        waiting.append(item)
        answerNext()
    }

    private func answerNext() {
        while !isAnswering, channel != nil, let next = waiting.popFirst() {
            switch next {
            case .request(let request):
                waitingBytes -= request.retainedBytes
                begin(request)
            case .refusal(let response): send(response, closing: false)
            case .farewell(let response): send(response, closing: true)
            }
        }
    }

    private func begin(_ request: Request) {
        isAnswering = true
        logger.trace("request", metadata: ["method": "\(request.method)", "uri": "\(request.uri)"])
        answer(request) { [weak self] response in
            guard let self else { return }
            send(response, closing: false)
            isAnswering = false
            // Not from inside `answer`: a long pipeline must not deepen the stack.
            if !waiting.isEmpty { continueSoon() }
        }
    }

    private func continueSoon() {
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.execute { bound.value.answerNext() }
    }

    private func send(_ response: Response, closing: Bool) {
        guard let channel else { return }
        logger.trace("reply", metadata: ["status": "\(response.status)"])
        let bytes = channel.allocator.buffer(bytes: response.serialize())
        let count = bytes.readableBytes
        unreadReplyBytes += count
        guard unreadReplyBytes <= server.limits.unreadReplyBytes else {
            logger.notice("client does not read its replies")
            channel.close(promise: nil)
            return
        }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            self?.unreadReplyBytes -= count
            if closing { self?.linger() }
        }
        channel.writeAndFlush(bytes, promise: promise)
    }

    /// The last reply is out: the client closes when it has read it, or this side does.
    private func linger() {
        channel?.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        idleTimer?.cancel()
        idleTimer = loop.eventLoop.scheduleTask(in: Self.lingerTime) { bound.value.channel?.close(promise: nil) }
    }

    // MARK: Sessions

    /// Ids that streams of this connection use, but for one that is being set up again.
    func interleavedIDs(exceptTrack track: Int, of session: ServerSession) -> Set<UInt8> {
        var ids: Set<UInt8> = []
        for other in sessions.values {
            for stream in other.machine.streams where !(other === session && stream.track == track) {
                if case .interleaved(let rtp, let rtcp) = stream.transport { ids.formUnion([rtp, rtcp]) }
            }
        }
        return ids
    }

    func adopt(_ session: ServerSession) { sessions[session.id] = session }

    func forget(_ session: ServerSession) {
        sessions[session.id] = nil
        lastActivity = loop.now
    }

    var sessionCount: Int { sessions.count }

    /// A client that heard nothing over UDP sets the presentation up again over TCP, on the same connection and without a TEARDOWN (FFmpeg,
    /// VLC): its first session is ended when the second one plays.
    func replaced(by session: ServerSession) {
        guard session.isInterleaved else { return }
        for other in Array(sessions.values)
        where other !== session && !other.isInterleaved && other.machine.path == session.machine.path {
            other.close(reason: "replaced over TCP")
        }
    }

    // MARK: Time

    /// Only whole requests and frames are signs of life.
    private func noteProgress(_ hasProgress: Bool) {
        let now = loop.now
        if hasProgress { lastActivity = now }
        guard !isClosing, parser.isInMessage else { return unfinishedSince = nil }
        guard hasProgress || unfinishedSince == nil else { return }
        unfinishedSince = now
        if requestTimer == nil { scheduleRequestCheck(at: now + server.limits.requestTimeout) }
    }

    private func scheduleRequestCheck(at deadline: MediaTime) {
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        requestTimer = loop.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, deadline.nanoseconds)))) {
            bound.value.refuseIfSlow()
        }
    }

    private func refuseIfSlow() {
        requestTimer = nil
        guard !isClosing, let since = unfinishedSince else { return }
        let deadline = since + server.limits.requestTimeout
        guard deadline <= loop.now else { return scheduleRequestCheck(at: deadline) }
        logger.notice("request did not come to its end")
        var response = Response(status: .requestTimeout)
        response.headers.append("Server", "Sluice")
        enqueue(.farewell(response))
    }

    private func scheduleIdleCheck() {
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let deadline = lastActivity + server.limits.idleConnectionTimeout
        idleTimer = loop.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, deadline.nanoseconds)))) {
            bound.value.closeIfIdle()
        }
    }

    private func closeIfIdle() {
        guard let channel else { return }
        if sessions.isEmpty, !isAnswering, lastActivity + server.limits.idleConnectionTimeout <= loop.now {
            logger.debug("connection idle")
            channel.close(promise: nil)
        } else {
            // With a session the connection is looked at again a whole time-out later.
            if lastActivity + server.limits.idleConnectionTimeout <= loop.now { lastActivity = loop.now }
            scheduleIdleCheck()
        }
    }

    /// At once: whatever was not taken is dropped.
    func disconnect() { channel?.reset() }

    var remoteAddress: SocketAddress? { channel?.remoteAddress }
    var localAddress: SocketAddress? { channel?.localAddress }
}
