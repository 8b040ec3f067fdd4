package import MediaCore
package import RTP
package import RTSP

/// PLAY, RFC 2326 10.5.
extension Session {
    package enum PlayOutcome: Sendable {
        /// Answer; nothing changes.
        case reply(Response)
        /// Position the media (nil: where it stands), then `played` or `playFailed`.
        case play(seek: MediaTime?, end: MediaTime?)
        /// While the others play: begin the streams set up since, then `joined`.
        case join
    }

    /// Where delivery starts, of one stream.
    package struct StreamStart: Hashable, Sendable {
        package var track: Int
        package var sequenceNumber: SequenceNumber
        package var timestamp: RTPTimestamp

        package init(track: Int, sequenceNumber: SequenceNumber, timestamp: RTPTimestamp) {
            self.track = track
            self.sequenceNumber = sequenceNumber
            self.timestamp = timestamp
        }
    }

    /// With a Range it is a seek, also while playing (RFC 7826 13.4.3, and what VLC means); without one it goes on, and while playing does
    /// nothing but begin the streams that were set up meanwhile.
    /// - Parameter position: NPT that delivery has reached.
    package mutating func play(_ request: Request, _ uri: PresentationURI, position: MediaTime) -> PlayOutcome {
        guard state != .initial else { return .reply(Response(to: request, .methodNotValidInThisState)) }
        if let mismatch = mismatch(uri, request), !isJoin(uri, request) { return .reply(mismatch) }
        func refused(_ status: StatusCode, _ text: String) -> PlayOutcome {
            .reply(Response(to: request, status, session: header).explaining(text))
        }
        let range: RangeHeader?
        do { range = try request.headers.typed(RangeHeader.self) } catch { return refused(.badRequest, "\(error)") }
        // Clients ask for `npt=0-`, or for where they believe to be after a pause; there is but one place to go on at.
        guard let range, !presentation.isLive else { return goOn(request, position: position) }
        guard case .npt(let npt) = range.specifier else {
            return refused(.notImplemented, "only npt ranges are understood")
        }
        let seek = npt.start.flatMap(Self.time)
        let end = npt.end.flatMap(Self.time).flatMap { isEnd($0) ? nil : $0 }
        if let seek, let duration = presentation.duration, seek > duration {
            return refused(.invalidRange, "the presentation is \(duration) s long")
        }
        if let seek, seek > .zero, !presentation.isSeekable {
            return refused(.headerFieldNotValid, "the presentation cannot seek")
        }
        if let end, end <= (seek ?? position) { return refused(.invalidRange, "the range ends before it starts") }
        // `npt=now-` while playing to the end: so it is.
        if seek == nil, end == nil, rangeEnd == nil || state != .playing { return goOn(request, position: position) }
        return begin(seek: seek, end: end)
    }

    /// No Range, or one that says as much.
    private mutating func goOn(_ request: Request, position: MediaTime) -> PlayOutcome {
        guard state == .playing else { return begin(seek: nil, end: nil) }
        guard joining.isEmpty else {
            joining.removeAll()
            return .join
        }
        return .reply(unchanged(request, position: position))
    }

    private mutating func begin(seek: MediaTime?, end: MediaTime?) -> PlayOutcome {
        pendingPlays += 1
        joining.removeAll()
        return .play(seek: seek, end: end)
    }

    /// Whether a range that ends at `npt` is one to the end: clients write back the end that SDP states, rounded to milliseconds or through
    /// binary fractions.
    private func isEnd(_ npt: MediaTime) -> Bool {
        guard let duration = presentation.duration else { return false }
        return npt + .milliseconds(1) > duration
    }

    /// A stream that was set up while the others play may be begun by its own URL.
    private func isJoin(_ uri: PresentationURI, _ request: Request) -> Bool {
        guard isOwn(uri), let track = uri.track else { return false }
        return state == .playing && joining == [track] && request.headers[RangeHeader.name] == nil
    }

    /// `now` and an open start mean where delivery stands.
    private static func time(_ position: NPTRange.Position) -> MediaTime? {
        switch position {
        case .now: nil
        case .time(let nanoseconds): MediaTime(nanoseconds: nanoseconds)
        }
    }

    /// The media is positioned: the reply, after which packets may flow.
    package mutating func played(
        _ request: Request, from position: MediaTime, end: MediaTime?, streams starts: [StreamStart]
    ) -> Response {
        state = .playing
        hasPlayed = true
        pendingPlays -= 1
        rangeEnd = end
        return started(request, from: position, starts)
    }

    /// The reply to a PLAY that was a `join`.
    /// - Parameter starts: of all streams, where they stand.
    package func joined(_ request: Request, at position: MediaTime, streams starts: [StreamStart]) -> Response {
        started(request, from: position, starts)
    }

    private func started(_ request: Request, from position: MediaTime, _ starts: [StreamStart]) -> Response {
        var reply = unchanged(request, position: position)
        let infos = streams.compactMap { stream in
            starts.first { $0.track == stream.track }.map {
                RTPInfoHeader.Stream(
                    url: stream.url, seq: $0.sequenceNumber.rawValue, rtptime: $0.timestamp.rawValue)
            }
        }
        reply.headers.replace(RTPInfoHeader(infos))
        return reply
    }

    /// Nothing is delivered any more, also if it was before.
    package mutating func playFailed(_ request: Request, _ error: MediaError) -> Response {
        ended()
        pendingPlays -= 1
        return Response(to: request, StatusCode(error), session: header).explaining("\(error)")
    }

    private func unchanged(_ request: Request, position: MediaTime) -> Response {
        var reply = Response(to: request, .ok, session: header)
        // To the end is an open range, as live555 answers: GStreamer clips at the reply's end by times that it has smoothed by arrival, and
        // loses the last pictures of a stream with B-frames. SDP has the duration.
        reply.headers.replace(RangeHeader(npt: presentation.range(from: position, to: rangeEnd)))
        // Media is sent at its own rate whatever was asked (RFC 2326 12.34: the reply says what holds).
        if request.headers["Scale"] != nil { reply.headers.replace("Scale", "1.0") }
        if request.headers["Speed"] != nil { reply.headers.replace("Speed", "1.0") }
        return reply
    }
}
