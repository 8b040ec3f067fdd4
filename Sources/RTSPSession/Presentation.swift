package import MediaCore
package import RTPPayload
package import RTSP

/// What a session must know of a title: its tracks, how each is sent, how long it is.
package struct Presentation: Sendable {
    package var name: String
    /// Changes when the file does: the version of SDP's `o=` line (RFC 8866 5.2).
    package var version: UInt64
    /// `tracks[i].id == i`.
    package var tracks: [Track]
    /// `formats[i]` is how `tracks[i]` is sent.
    package var formats: [PayloadFormat]
    /// The tracks that are described and can be set up, by their ids, ascending; never empty, where there are tracks.
    package internal(set) var offered: [Int]
    /// NPT of the end; nil if unknown.
    package var duration: MediaTime?
    package var isSeekable: Bool
    /// It goes on whether this client watches or not: there is no range but `now`.
    package internal(set) var isLive = false
    /// Where it is sent for many at once, if anywhere.
    package internal(set) var multicast: MulticastOffer?
    /// When the file was changed last; nil if unknown.
    package var modified: HTTPDate?

    package init(
        name: String, version: UInt64, tracks: [Track], formats: [PayloadFormat], duration: MediaTime?,
        isSeekable: Bool, modified: HTTPDate? = nil
    ) {
        precondition(tracks.count == formats.count)
        self.name = name
        self.version = version
        self.tracks = tracks
        self.formats = formats
        self.offered = tracks.map(\.id)
        self.duration = duration
        self.isSeekable = isSeekable
        self.modified = modified
    }

    /// The same as what a channel sends to many: without an end, and without other places to go to.
    package func live(name: String, multicast: MulticastOffer? = nil) -> Presentation {
        var live = self
        live.multicast = multicast
        (live.name, live.isLive, live.isSeekable) = (name, true, false)
        (live.duration, live.modified) = (nil, nil)
        return live
    }

    /// The track that a URI means; nil if it names none, and there are several.
    package func track(of uri: PresentationURI) -> Int? { uri.track ?? (offered.count == 1 ? offered[0] : nil) }

    /// What a reply's Range says; `now` of what is live (RFC 2326 3.6).
    func range(from position: MediaTime, to end: MediaTime?) -> NPTRange {
        isLive ? NPTRange(start: .now) : NPTRange(start: position.nanoseconds, end: end?.nanoseconds)
    }

    /// The 304 of a client that knows the presentation as it is (RFC 2326 12.23): nothing is described or set up. Nil if it has changed, or that is
    /// not known, or was not asked.
    package func notModified(_ request: Request, session: SessionHeader? = nil) -> Response? {
        guard let modified, let since = try? request.headers.typed(IfModifiedSinceHeader.self)?.date,
            modified <= since
        else { return nil }
        var response = Response(to: request, .notModified, session: session)
        response.headers.replace(LastModifiedHeader(modified))
        return response
    }

    /// RFC 3551 3: the encoding's static payload type, else a dynamic one per track: 96 to 127, then around again. Streams have RTP sessions
    /// of their own, so that a number may serve twice.
    package static func payloadType(of track: Int, _ format: PayloadFormat) -> UInt8 {
        format.staticPayloadType ?? 96 + UInt8(track % 32)
    }
}
