package import NIOCore
package import RTSP

/// An RTSP session of a client (RFC 2326 A.1): made by the first `Client.setup`, ended by `teardown`.
///
/// While it lives it sends receiver reports on RTCP's interval (RFC 3550 6.3) and, at half the session's timeout,
/// GET_PARAMETER.
package final class ClientSession: Sendable {
    package let client: Client
    package let id: String
    /// What the server announced, or 60 s (RFC 2326 12.37).
    package let timeout: TimeAmount
    /// Aggregate control: PLAY, PAUSE and TEARDOWN go here.
    package let controlURL: String
    let state: NIOLoopBound<SessionState>

    init(client: Client, header: SessionHeader, controlURL: String, state: NIOLoopBound<SessionState>) {
        self.client = client
        self.id = header.id
        self.timeout = .seconds(Int64(max(header.timeout ?? 60, 1)))
        self.controlURL = controlURL
        self.state = state
    }

    /// PLAY (RFC 2326 10.5).
    /// - Parameter range: nil sends no Range.
    package func play(_ range: NPTRange? = nil) async throws -> PlayReply {
        let (state, eventLoop) = (state, client.eventLoop)
        // Before the request leaves: packets may overtake the reply.
        let urls = try await eventLoop.submit {
            state.value.play()
            return state.value.streams.map(\.receiver.controlURL)
        }.get()
        var request = request(.play)
        if let range { request.headers.replace(RangeHeader(npt: range)) }
        return try PlayReply(try await client.succeed(request), streams: urls)
    }

    /// PAUSE (RFC 2326 10.6). Answers the reply's Range.
    @discardableResult
    package func pause() async throws -> RangeHeader? {
        let response = try await client.succeed(request(.pause))
        let state = state
        try await client.eventLoop.submit { state.value.pause() }.get()
        do {
            return try response.headers.typed(RangeHeader.self)
        } catch {
            throw ClientError.malformedReply(.pause, reason: "\(error)")
        }
    }

    /// GET_PARAMETER (RFC 2326 10.8) without a body: a sign of life.
    package func getParameter() async throws { _ = try await client.succeed(request(.getParameter)) }

    /// TEARDOWN (RFC 2326 10.7). The session's ports and timers are freed, also if the request fails.
    package func teardown() async throws {
        let result: Result<Response, any Error>
        do { result = .success(try await client.succeed(request(.teardown))) } catch { result = .failure(error) }
        await close()
        _ = try result.get()
    }

    /// Frees the session's ports and timers without a word to the server.
    package func close() async {
        let state = state
        _ = try? await client.eventLoop.submit { state.value.close(.closed) }.get()
    }

    /// Reads no media and no replies any more, as a player that hangs: the server's packets and its TCP window pile up.
    /// Reports and keep-alives go on.
    package func stall() async {
        let (state, channel) = (state, client.channel)
        _ = try? await client.eventLoop.submit { state.value.stall() }.get()
        try? await channel.setOption(.autoRead, value: false).get()
    }

    /// What its meters hold now, one per stream that has one; also after the end.
    package func measurements() async -> [StreamMeasurement] {
        let state = state
        return (try? await client.eventLoop.submit { state.value.measurements() }.get()) ?? []
    }

    /// Waits until no more media will come.
    /// - Returns: nil if that is not the case within `timeout`.
    package func waitUntilEnd(timeout: TimeAmount? = nil) async -> SessionEnd? {
        let state = state
        return try? await client.eventLoop.flatSubmit { state.value.waitUntilEnd(timeout: timeout) }.get()
    }

    /// A request of this session to its aggregate control URL.
    package func request(_ method: RTSP.Method) -> Request {
        Request(method: method, uri: controlURL, headers: [SessionHeader.name: id])
    }

    /// On the event loop: keep-alives from now on.
    func startKeepAlive() {
        let (request, handler, eventLoop) = (request(.getParameter), client.handler, client.eventLoop)
        state.value.startKeepAlive(every: .nanoseconds(timeout.nanoseconds / 2)) {
            handler.value.send(request, on: eventLoop).whenFailure { _ in }
        }
    }
}
