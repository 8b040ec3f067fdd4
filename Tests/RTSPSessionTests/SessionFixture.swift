import MediaCore
import RTP
import RTPPayload
import RTSP
import RTSPSession
import Testing

/// A presentation of video and audio, `dir/film.mp4`, and the requests of a client that plays it.
enum SessionFixture {
    static let base = "rtsp://h:8554/dir/film.mp4"
    static let path = Array("dir/film.mp4".utf8)
    /// 640x360, constrained baseline.
    static let video = CodecDescription(
        codec: .h264, kind: .video,
        configuration: [
            0x01, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0x00, 0x0B, 0x67, 0x42, 0xC0, 0x1E, 0xDA, 0x02, 0x80, 0xBF, 0xE5, 0xC0,
            0x44,
            0x01, 0x00, 0x04, 0x68, 0xCE, 0x3C, 0x80,
        ], width: 640, height: 360, bitRate: 500_001)
    /// AAC-LC, 48 kHz, stereo, bit rate unknown.
    static let audio = CodecDescription(
        codec: .aac, kind: .audio, configuration: [0x11, 0x90], sampleRate: 48_000, channels: 2)

    static func presentation(
        codecs: [CodecDescription] = [video, audio], duration: MediaTime? = .milliseconds(12_040),
        isSeekable: Bool = true
    ) throws -> Presentation {
        let tracks = codecs.enumerated().map { id, codec in
            Track(id: id, codec: codec, timeBase: TimeBase(1, 90_000), end: nil, language: id == 1 ? "eng" : nil)
        }
        return Presentation(
            name: "dir/film.mp4", version: 7, tracks: tracks,
            formats: try codecs.map { try PayloadFormat.make(for: $0) },
            duration: duration, isSeekable: isSeekable)
    }

    /// A session in which nothing is set up, made at zero.
    static func session(_ presentation: Presentation? = nil) throws -> Session {
        Session(
            id: "abc123", path: path, presentation: try presentation ?? Self.presentation(), timeout: .seconds(60),
            now: .zero)
    }

    /// Tracks 0 and 1 are set up over UDP.
    static func readySession(_ presentation: Presentation? = nil) throws -> Session {
        var session = try session(presentation)
        for track in session.presentation.tracks.indices {
            let outcome = try session.setup(
                track, transport: "RTP/AVP;unicast;client_port=\(5000 + 2 * track)-\(5001 + 2 * track)")
            try #require(outcome.reply.status == .ok)
        }
        return session
    }

    /// A ready session of which a PLAY from zero has been answered.
    static func playingSession(_ presentation: Presentation? = nil) throws -> Session {
        var session = try readySession(presentation)
        _ = try session.play("npt=0-", position: .zero)
        _ = session.played(request(.play), from: .zero, end: nil, streams: [])
        return session
    }

    static func request(_ method: Method, _ uri: String = base, _ headers: [(String, String)] = []) -> Request {
        var request = Request(method: method, uri: uri, headers: ["CSeq": "3"])
        for (name, value) in headers { request.headers.append(name, value) }
        return request
    }
}

extension Session {
    mutating func setup(
        _ track: Int?, transport: String?, offer: TransportOffer = .everything, headers: [(String, String)] = [],
        base: String = SessionFixture.base
    ) throws -> (reply: Response, stream: Stream?) {
        let uri = base + (track.map { "/trackID=\($0)" } ?? "")
        var request = SessionFixture.request(.setup, uri, headers)
        if let transport { request.headers.append("Transport", transport) }
        return setup(
            request, try PresentationURI(parsing: uri),
            SetupOptions(offer: offer, serverPort: 6970, packetSize: 1372, ssrc: 0x00AB_CDEF))
    }

    mutating func play(
        _ range: String?, position: MediaTime, uri: String = SessionFixture.base, headers: [(String, String)] = []
    ) throws -> PlayOutcome {
        let headers = headers + (range.map { [("Range", $0)] } ?? [])
        return play(SessionFixture.request(.play, uri, headers), try PresentationURI(parsing: uri), position: position)
    }
}

extension Session.PlayOutcome {
    /// The reply, if that is all.
    var reply: Response? { if case .reply(let reply) = self { reply } else { nil } }
    /// Where to play, if that is what is to be done.
    var range: Playing? { if case .play(let seek, let end) = self { Playing(seek: seek, end: end) } else { nil } }

    struct Playing: Equatable {
        var seek: MediaTime?
        var end: MediaTime?
    }
}

extension TransportOffer {
    static let everything = TransportOffer(allowsDatagram: true, allowsInterleaved: true, usedIDs: [])
}
