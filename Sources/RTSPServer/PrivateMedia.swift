import Delivery
import Logging
import MediaCore
import RTP
import RTPPayload
import RTSPSession

/// The media of a session with a timeline of its own: a viewer, and the cursor that brings what its streams were set up for.
final class PrivateMedia: SessionMedia {
    private unowned let session: ServerSession
    private let viewer: Viewer
    /// The viewer's, for its transports.
    private let reference: ViewerReference
    /// What the viewer's cursor brings.
    private var cursorTracks: Set<CursorTrack>

    private var title: any MediaTitle { session.title }

    init(_ session: ServerSession, streams: [Session.Stream]) {
        self.session = session
        let (title, limits, loop) = (session.title, session.context.limits, session.loop)
        let reference = ViewerReference()
        self.reference = reference
        let wanted = streams.map { Self.cursorTrack($0, session) }
        cursorTracks = Set(wanted)
        let viewerStreams = title.tracks.map { track in
            streams.first { $0.track == track.id }.map { Self.viewerStream($0, session, reference) }
                ?? ViewerStream(silent: track.id, clockRate: title.formats[track.id].clockRate)
        }
        var random = SystemRandomNumberGenerator()
        viewer = Viewer(
            cursor: Self.makeCursor(title, wanted), streams: viewerStreams, cname: CNAME(using: &random),
            limits: limits.demand, pacing: limits.pacing, slow: limits.slow,
            sparseTracks: Set(title.tracks.filter { [.subtitle, .data].contains($0.codec.kind) }.map(\.id)),
            videoTracks: Set(title.tracks.filter { $0.codec.kind == .video }.map(\.id)),
            wallClock: loop.wallClock, environment: loop.viewerEnvironment, reference: reference)
        session.watchSlowness(of: viewer)
        viewer.ended = { [weak session] failure in session?.mediaEnded(failure) }
        viewer.unitsSkipped = { [logger = session.logger] count, reason in
            logger.warning("access units left out", metadata: ["count": "\(count)", "reason": "\(reason)"])
        }
    }

    var position: MediaTime { viewer.position }
    var counters: DeliveryCounters { viewer.counters }

    func play(
        seek: MediaTime?, end: MediaTime?, streams: [Session.Stream],
        completion: @escaping (Result<Viewer.Start, MediaError>) -> Void
    ) {
        changeCursor(streams)
        viewer.play(seek: seek, end: end, completion: completion)
    }

    func join(_ streams: [Session.Stream]) -> Viewer.Start {
        changeCursor(streams)
        return viewer.join()
    }

    func pause() { viewer.pause() }
    func close() { viewer.close() }
    func add(_ stream: Session.Stream) { viewer.add(Self.viewerStream(stream, session, reference)) }
    func remove(track: Int) { viewer.remove(track: track) }
    func transportDrained() { viewer.transportDrained() }
    func received(_ packet: CompoundPacket, bytes: Int) { _ = viewer.received(packet, bytes: bytes) }

    /// A cursor brings what the streams were set up for; one that does already goes on.
    private func changeCursor(_ streams: [Session.Stream]) {
        let wanted = streams.map { Self.cursorTrack($0, session) }
        guard !cursorTracks.isSuperset(of: wanted) else { return }
        cursorTracks = Set(wanted)
        viewer.replace(cursor: Self.makeCursor(title, wanted), tracks: wanted.map(\.track))
    }

    private static func makeCursor(_ title: any MediaTitle, _ tracks: [CursorTrack]) -> any MediaCursor {
        title.makeCursor(CursorOptions(tracks: tracks.sorted { $0.track < $1.track }))
    }

    private static func cursorTrack(_ stream: Session.Stream, _ session: ServerSession) -> CursorTrack {
        CursorTrack(
            track: stream.track, layout: PacketLayout(prefix: stream.prefix, maximumPacketSize: stream.packetSize),
            payloadType: Presentation.payloadType(of: stream.track, session.title.formats[stream.track]),
            aggregation: session.context.limits.audioAggregation)
    }

    private static func viewerStream(
        _ stream: Session.Stream, _ session: ServerSession, _ reference: ViewerReference
    ) -> ViewerStream {
        var random = SystemRandomNumberGenerator()
        let clock = RTPClock(
            clockRate: session.title.formats[stream.track].clockRate, offset: random.next(),
            timeline: DeliveryTimeline(wallClock: session.loop.wallClock))
        return ViewerStream(
            track: stream.track,
            sender: SenderState(
                ssrc: session.ssrc(of: stream.track), sequenceNumber: SequenceNumber(random.next()), clock: clock),
            transport: session.makeTransport(stream) { [reference] line, packets, refused in
                reference.viewer?.accepted(line: line, packets: packets, refused: refused)
            })
    }
}

extension Session.Stream {
    /// Bytes before each packet in a wire buffer.
    fileprivate var prefix: Int { if case .interleaved = transport { 4 } else { 0 } }
}
