package import MediaCore
package import RTSP

/// PAUSE, RFC 2326 10.6.
extension Session {
    /// - Returns: the reply, and whether to stop delivery.
    package mutating func pause(
        _ request: Request, _ uri: PresentationURI, position: MediaTime
    ) -> (reply: Response, stops: Bool) {
        guard state != .initial else { return (Response(to: request, .methodNotValidInThisState), false) }
        if let mismatch = mismatch(uri, request) { return (mismatch, false) }
        let stops = state == .playing || isStarting
        state = .ready
        var reply = Response(to: request, .ok, session: header)
        if hasPlayed {
            let end = [rangeEnd, presentation.duration].compactMap(\.self).min()
            reply.headers.replace(RangeHeader(npt: presentation.range(from: position, to: end)))
        }
        return (reply, stops)
    }
}
