import Delivery
import Logging
import MediaCore
import NIOCore
import RTSP
import RTSPSession

/// What each request is answered with. `reply` is called once, on this connection's loop, now or later.
extension ConnectionHandler {
    func answer(_ request: Request, reply: @escaping (Response) -> Void) {
        let entry = sessionEntry(of: request)
        if let error = request.generalError() { return reply(error) }
        let target: RequestTarget
        do { target = try RequestTarget(parsing: request.uri) } catch {
            return reply(Response(to: request, .badRequest).explaining("unusable URI: \(error)"))
        }
        if request.headers[SessionHeader.name] != nil, entry == nil, request.method != .options {
            return reply(Response(to: request, .sessionNotFound))
        }
        switch (request.method, target) {
        case (.options, _):
            guard let entry else { return reply(Options.reply(to: request)) }
            withSession(entry, request, reply) { session, done in
                done(Options.reply(to: request, session: session.machine.header))
            }
        case (.getParameter, _), (.setParameter, _):
            guard let entry else { return reply(Parameters.reply(to: request, session: nil)) }
            withSession(entry, request, reply) { session, done in
                done(Parameters.reply(to: request, session: session.machine.header))
            }
        case (_, .server):
            var response = Response(to: request, .methodNotAllowed)
            response.headers.replace(AllowHeader([.options, .getParameter, .setParameter]))
            reply(response)
        case (.describe, .presentation(let uri)):
            describe(request, uri, reply)
        case (.setup, .presentation(let uri)):
            setup(request, uri, entry, reply)
        case (_, .presentation(let uri)):
            control(request, uri, entry, reply)
        }
    }

    /// The session that the request names; any request shows that its client lives.
    private func sessionEntry(of request: Request) -> SessionRegistry.Entry? {
        guard let header = try? request.headers.typed(SessionHeader.self) else { return nil }
        guard let entry = server.registry.session(id: header.id) else { return nil }
        if entry.eventLoop.inEventLoop {
            entry.session.value.touch()
        } else {
            entry.eventLoop.execute { entry.session.value.touch() }
        }
        return entry
    }

    // MARK: DESCRIBE and SETUP

    private func describe(_ request: Request, _ uri: PresentationURI, _ reply: @escaping (Response) -> Void) {
        if let refusal = Describe.refusal(of: request) { return reply(refusal) }
        let isIPv6 = remoteAddress.map(Self.isIPv6) ?? false
        openTitle(request, uri, reply) { opened in
            reply(Describe.reply(to: request, uri, opened.presentation, isIPv6: isIPv6))
        }
    }

    /// An IPv4 client of a dual-stack socket shows as `::ffff:a.b.c.d`.
    private static func isIPv6(_ address: SocketAddress) -> Bool {
        guard case .v6 = address else { return false }
        return address.ipAddress?.hasPrefix("::ffff:") != true
    }

    private func openTitle(
        _ request: Request, _ uri: PresentationURI, _ reply: @escaping (Response) -> Void,
        _ opened: @escaping (OpenedTitle) -> Void
    ) {
        guard let path = MediaPath(uri.path) else { return reply(Response(to: request, .notFound)) }
        let logger = logger
        let refuse = { (error: MediaError) in
            logger.notice(
                "cannot open",
                metadata: ["title": "\(path)", "query": "\(uri.query ?? "")", "reason": "\(error)"])
            reply(Response(to: request, StatusCode(error)).explaining("\(error)"))
        }
        let query: TitleQuery
        do { query = try TitleQuery(parsing: uri.query) } catch { return refuse(error) }
        if let channel = server.channels.channel(at: path) { return openChannel(channel, query, refuse, opened) }
        // The library calls back on a thread of its own.
        let callback = NIOLoopBound(
            { (result: Result<any MediaTitle, MediaError>) in
                do throws(MediaError) {
                    opened(try OpenedTitle(try result.get(), query))
                } catch {
                    refuse(error)
                }
            }, eventLoop: loop.eventLoop)
        let eventLoop = loop.eventLoop
        server.library.title(at: path, for: query) { result in eventLoop.execute { callback.value(result) } }
    }

    private func openChannel(
        _ channel: ServerChannel, _ query: TitleQuery, _ refuse: @escaping (MediaError) -> Void,
        _ opened: @escaping (OpenedTitle) -> Void
    ) {
        let callback = NIOLoopBound(
            { (result: Result<ChannelAccess, MediaError>) in
                do throws(MediaError) {
                    opened(try OpenedTitle(try result.get(), query))
                } catch {
                    refuse(error)
                }
            }, eventLoop: loop.eventLoop)
        let eventLoop = loop.eventLoop
        channel.access { result in eventLoop.execute { callback.value(result) } }
    }

    private func setup(
        _ request: Request, _ uri: PresentationURI, _ entry: SessionRegistry.Entry?,
        _ reply: @escaping (Response) -> Void
    ) {
        if let entry {
            if entry.eventLoop.inEventLoop, !entry.session.value.isClosed {
                return reply(entry.session.value.setup(request, uri, from: self))
            }
            return withSession(entry, request, reply) { session, done in
                done(session.setup(request, uri, from: nil))
            }
        }
        let network = remoteAddress.flatMap(PeerNetwork.init)
        guard !server.registry.isFull(for: network), sessionCount < server.limits.sessionsPerConnection else {
            return reply(tooManySessions(request))
        }
        openTitle(request, uri, reply) { [weak self] opened in
            guard let self, let peer = remoteAddress else { return }
            var random = SystemRandomNumberGenerator()
            let session = ServerSession(
                id: Session.makeID(using: &random), opened, path: uri.path, connection: self, peer: peer,
                local: localAddress, loop: loop, context: server)
            let entry = SessionRegistry.Entry(
                id: session.id, network: network, eventLoop: loop.eventLoop,
                session: NIOLoopBound(session, eventLoop: loop.eventLoop))
            // Others may have come while the title was being opened.
            guard server.registry.add(entry) else { return reply(tooManySessions(request)) }
            adopt(session)
            let response = session.setup(request, uri, from: self)
            if session.machine.state == .initial { session.discard() }
            reply(response)
        }
    }

    private func tooManySessions(_ request: Request) -> Response {
        logger.notice("session limit reached")
        return Response(to: request, .notEnoughBandwidth).explaining("too many sessions")
    }

    // MARK: PLAY, PAUSE, TEARDOWN

    private func control(
        _ request: Request, _ uri: PresentationURI, _ entry: SessionRegistry.Entry?,
        _ reply: @escaping (Response) -> Void
    ) {
        guard let entry else { return reply(Response(to: request, .sessionNotFound)) }
        withSession(entry, request, reply) { session, done in
            switch request.method {
            case .play: session.play(request, uri, reply: done)
            case .pause: done(session.pause(request, uri))
            default: done(session.teardown(request, uri))
            }
        }
    }

    /// Runs `body` on the session's loop and brings its answer back to this connection's; at once if they are the same. A session that has
    /// ended on the way is not found.
    private func withSession(
        _ entry: SessionRegistry.Entry, _ request: Request, _ reply: @escaping (Response) -> Void,
        _ body: @escaping @Sendable (ServerSession, @escaping @Sendable (Response) -> Void) -> Void
    ) {
        let eventLoop = loop.eventLoop
        let callback = NIOLoopBound(reply, eventLoop: eventLoop)
        let done: @Sendable (Response) -> Void = { response in
            if eventLoop.inEventLoop {
                callback.value(response)
            } else {
                eventLoop.execute { callback.value(response) }
            }
        }
        let run: @Sendable () -> Void = {
            guard !entry.session.value.isClosed else { return done(Response(to: request, .sessionNotFound)) }
            body(entry.session.value, done)
        }
        if entry.eventLoop.inEventLoop { run() } else { entry.eventLoop.execute(run) }
    }
}
