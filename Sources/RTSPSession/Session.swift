package import MediaCore
package import RTSP

/// An RTSP session: the server's state machine of RFC 2326 A.2.
///
/// A core: methods take requests and return what to do; the caller moves media, sends replies and says what time it is.
package struct Session: Sendable {
    package enum State: Hashable, Sendable {
        /// Nothing is set up.
        case initial
        /// Set up, paused, or played to its end.
        case ready
        case playing
    }

    /// One SETUP.
    package struct Stream: Hashable, Sendable {
        package let track: Int
        package let transport: StreamTransport
        /// The URI of its SETUP: RTP-Info answers in the same form.
        package let url: String
        /// RTP packet bytes, header included.
        package let packetSize: Int
    }

    /// Letters and digits only: `$` and `-` break clients.
    package let id: String
    /// The title's path below the media root, as in the URIs of its requests.
    package let path: [UInt8]
    /// What the query of its first SETUP asked for.
    package let query: TitleQuery
    package let presentation: Presentation
    package let timeout: MediaTime
    package internal(set) var state = State.initial
    package internal(set) var streams: [Stream] = []
    /// A PLAY has been answered.
    package internal(set) var hasPlayed = false
    /// Tracks set up since the last PLAY of a session that has played.
    var joining: Set<Int> = []
    /// PLAYs that wait for their first media: more than one if a seek overtakes another.
    var pendingPlays = 0
    /// Until they are answered no stream is added.
    package var isStarting: Bool { pendingPlays > 0 }
    /// NPT at which the last PLAY ends, if it said so.
    var rangeEnd: MediaTime?
    private var lastActivity: MediaTime

    package init(
        id: String, path: [UInt8], query: TitleQuery = TitleQuery(), presentation: Presentation, timeout: MediaTime,
        now: MediaTime
    ) {
        self.id = id
        self.path = path
        self.query = query
        self.presentation = presentation
        self.timeout = timeout
        self.lastActivity = now
    }

    /// For every reply of the session (RFC 2326 12.37).
    package var header: SessionHeader {
        SessionHeader(id: id, timeout: UInt32(clamping: timeout.nanoseconds / 1_000_000_000))
    }

    /// A request or a receiver report came.
    package mutating func touch(now: MediaTime) { lastActivity = max(lastActivity, now) }

    /// When the session expires unless it is touched.
    package var deadline: MediaTime { lastActivity + timeout }

    /// Delivery has come to its end: RFC 2326 A.2 goes back to Ready.
    package mutating func ended() { if state == .playing { state = .ready } }

    /// A random id of 16 letters and digits (95 bits; RFC 2326 3.4 asks for at least 8 octets).
    package static func makeID(using random: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let characters = (0..<16).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Whether a URI is of this session's presentation. Clients that resolve by RFC 3986 may lose the query on the way: what is not asked
    /// again holds.
    func isOwn(_ uri: PresentationURI) -> Bool {
        guard uri.path == path, let query = try? TitleQuery(parsing: uri.query) else { return false }
        return query.isEmpty || query == self.query
    }

    /// Whether a URI names something of this session; if not, the reply that says so.
    func unknown(_ uri: PresentationURI, _ request: Request) -> Response? {
        guard isOwn(uri) else {
            return Response(to: request, .notFound, session: header).explaining(
                "the session is of another presentation")
        }
        if let track = uri.track, !streams.contains(where: { $0.track == track }) {
            return Response(to: request, .notFound, session: header).explaining("track \(track) is not set up")
        }
        return nil
    }

    /// Whether a URI names all of this session; if not, the reply that says so.
    func mismatch(_ uri: PresentationURI, _ request: Request) -> Response? {
        if let unknown = unknown(uri, request) { return unknown }
        if uri.track != nil, streams.count > 1 {
            return Response(to: request, .onlyAggregateOperationAllowed, session: header)
        }
        return nil
    }
}
