package import RTSP

/// TEARDOWN, RFC 2326 10.7.
extension Session {
    package enum TeardownOutcome: Sendable {
        /// Answer; the session lives on.
        case reply(Response)
        /// One stream ends: BYE, answer; the others go on.
        case remove(track: Int, Response)
        /// The session ends: BYE, answer, free.
        case end(Response)
    }

    package mutating func teardown(_ request: Request, _ uri: PresentationURI) -> TeardownOutcome {
        if let unknown = unknown(uri, request) { return .reply(unknown) }
        if let track = uri.track, streams.count > 1 {
            streams.removeAll { $0.track == track }
            joining.remove(track)
            return .remove(track: track, Response(to: request, .ok, session: header))
        }
        state = .initial
        return .end(Response(to: request, .ok, session: header))
    }
}
