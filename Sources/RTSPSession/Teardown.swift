package import RTSP

/// TEARDOWN, RFC 2326 10.7.
extension Session {
    package enum TeardownOutcome: Sendable {
        /// Answer; the session lives on.
        case reply(Response)
        /// The session ends: BYE, answer, free.
        case end(Response)
    }

    package mutating func teardown(_ request: Request, _ uri: PresentationURI) -> TeardownOutcome {
        if let unknown = unknown(uri, request) { return .reply(unknown) }
        // One track of several can be given back until the first PLAY has fixed the streams.
        if let track = uri.track, streams.count > 1 {
            guard !hasPlayed, !isStarting else {
                return .reply(Response(to: request, .onlyAggregateOperationAllowed, session: header))
            }
            streams.removeAll { $0.track == track }
            return .reply(Response(to: request, .ok, session: header))
        }
        state = .initial
        return .end(Response(to: request, .ok, session: header))
    }
}
