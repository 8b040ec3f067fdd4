import Delivery
import Logging
import MediaCore
import NIOCore
import RTP
import RTPPayload
import RTSP
import RTSPSession

/// An RTSP session on its event loop: the state machine, the viewer it drives, and the transports between viewer and sockets.
///
/// Touched by its loop alone.
final class ServerSession {
    let id: String
    let title: any MediaTitle
    let loop: LoopContext
    let context: ServerContext
    /// The addresses of the connection that made the session: media goes to that peer alone, from that local address.
    let peer: SocketAddress
    let local: SocketAddress?
    var machine: Session
    var viewer: Viewer?
    /// The viewer's, for its transports.
    private var viewerReference = ViewerReference()
    let logger: Logger
    /// The connection that carries interleaved streams; the session dies with it.
    weak var connection: ConnectionHandler?
    private var ssrcs: [Int: SSRC] = [:]
    /// Where each stream's RTCP comes from, over UDP.
    private var controlAddresses: [Int: SocketAddress] = [:]
    /// What the viewer's cursor brings.
    private var cursorTracks: Set<CursorTrack> = []
    private var expiry: Scheduled<Void>?
    /// Bytes that the viewer had taken when the expiry was last looked at.
    private var bytesAtLastLook = 0
    private(set) var isClosed = false

    init(
        id: String, _ opened: OpenedTitle, path: [UInt8], connection: ConnectionHandler, peer: SocketAddress,
        local: SocketAddress?, loop: LoopContext, context: ServerContext
    ) {
        let title = opened.title
        self.id = id
        self.title = title
        self.loop = loop
        self.context = context
        self.peer = peer
        self.local = local
        self.connection = connection
        self.machine = Session(
            id: id, path: path, query: opened.query, presentation: opened.presentation,
            timeout: context.limits.sessionTimeout, now: loop.now)
        var logger = connection.logger
        logger[metadataKey: "session"] = "\(id)"
        logger[metadataKey: "title"] = "\(title.name)"
        self.logger = logger
    }

    var isInterleaved: Bool {
        machine.streams.contains { if case .interleaved = $0.transport { true } else { false } }
    }

    var interleavedIDs: Set<UInt8> {
        Set(
            machine.streams.flatMap { stream -> [UInt8] in
                if case .interleaved(let rtp, let rtcp) = stream.transport { [rtp, rtcp] } else { [] }
            })
    }

    /// A request came for this session, or a receiver report.
    func touch() { machine.touch(now: loop.now) }

    // MARK: Methods

    /// - Parameter connection: the one that asks, if it lives on this loop: interleaved streams need it to be the session's own.
    func setup(_ request: Request, _ uri: PresentationURI, from connection: ConnectionHandler?) -> Response {
        let isOwn = connection != nil && connection === self.connection
        let track = machine.presentation.track(of: uri) ?? 0
        let taken = isOwn ? connection?.interleavedIDs(exceptTrack: track, of: self) ?? [] : []
        // Only what can be set up is remembered; a stream in the place of one that was sent is a new source (RFC 3550 8.1).
        let old = ssrcs[track]
        if viewer != nil { ssrcs[track] = nil }
        let ssrc = title.tracks.indices.contains(track) ? ssrc(of: track) : SSRC(0)
        let outcome = machine.setup(
            request, uri,
            Session.SetupOptions(
                offer: TransportOffer(
                    allowsDatagram: loop.sockets != nil, allowsInterleaved: context.allowsInterleaved && isOwn,
                    usedIDs: taken),
                serverPort: context.rtpPort.map { UInt16($0) }, packetSize: context.limits.packetSize,
                ssrc: ssrc.rawValue, isFixed: viewer != nil && !title.isSeekable))
        if let viewer {
            ssrcs[track] = old
            if let stream = outcome.stream {
                release(track)
                ssrcs[track] = ssrc
                viewer.add(viewerStream(stream))
            } else {
                context.registry.release(ssrc: ssrc)
            }
        }
        if outcome.stream != nil { scheduleExpiry() }
        return outcome.reply
    }

    /// A stream is no more, or has a new transport.
    private func release(_ track: Int) {
        viewer?.remove(track: track)
        loop.flush()
        if let ssrc = ssrcs.removeValue(forKey: track) { context.registry.release(ssrc: ssrc) }
        guard let address = controlAddresses.removeValue(forKey: track) else { return }
        if !controlAddresses.values.contains(address) {
            context.registry.release(controlAddress: address, of: id)
        }
    }

    private func ssrc(of track: Int) -> SSRC {
        if let known = ssrcs[track] { return known }
        let fresh = context.registry.makeSSRC(for: id)
        ssrcs[track] = fresh
        return fresh
    }

    func play(_ request: Request, _ uri: PresentationURI, reply: @escaping (Response) -> Void) {
        switch machine.play(request, uri, position: viewer?.position ?? .zero) {
        case .reply(let response):
            reply(response)
        case .join:
            guard let viewer else { preconditionFailure("what plays has a viewer") }
            changeCursor(of: viewer)
            let start = viewer.join()
            reply(machine.joined(request, at: start.position, streams: Self.starts(start)))
        case .play(let seek, let end):
            let viewer = viewer ?? makeViewer()
            self.viewer = viewer
            changeCursor(of: viewer)
            viewer.play(seek: seek, end: end) { [self] result in
                switch result {
                case .success(let start):
                    connection?.replaced(by: self)
                    logger.debug("playing", metadata: ["from": "\(start.position)"])
                    reply(
                        machine.played(
                            request, from: start.position, end: start.end, streams: Self.starts(start)))
                case .failure(let error):
                    logger.notice("cannot play", metadata: ["reason": "\(error)"])
                    reply(machine.playFailed(request, error))
                    forgetUnplayedViewer()
                }
            }
        }
    }

    private static func starts(_ start: Viewer.Start) -> [Session.StreamStart] {
        start.streams.map {
            Session.StreamStart(track: $0.track, sequenceNumber: $0.sequenceNumber, timestamp: $0.timestamp)
        }
    }

    /// After a first PLAY that failed the streams can be set up anew.
    private func forgetUnplayedViewer() {
        guard !machine.hasPlayed, !machine.isStarting else { return }
        viewer?.close()
        viewer = nil
        for address in controlAddresses.values { context.registry.release(controlAddress: address, of: id) }
        controlAddresses.removeAll()
    }

    func pause(_ request: Request, _ uri: PresentationURI) -> Response {
        // The position is what the reply's Range says: delivery stops here.
        let position = viewer?.position ?? .zero
        let (reply, stops) = machine.pause(request, uri, position: position)
        if stops { viewer?.pause() }
        return reply
    }

    func teardown(_ request: Request, _ uri: PresentationURI) -> Response {
        switch machine.teardown(request, uri) {
        case .reply(let response):
            return response
        case .remove(let track, let response):
            release(track)
            return response
        case .end(let response):
            close(reason: "teardown")
            return response
        }
    }

    /// RTCP from the viewer.
    func received(_ packet: CompoundPacket, bytes: Int) {
        touch()
        _ = viewer?.received(packet, bytes: bytes)
    }

    // MARK: Media

    private func makeViewer() -> Viewer {
        let wanted = machine.streams.map(cursorTrack)
        cursorTracks = Set(wanted)
        viewerReference = ViewerReference()
        let streams = title.tracks.map { track in
            machine.streams.first { $0.track == track.id }.map(viewerStream)
                ?? ViewerStream(silent: track.id, clockRate: title.formats[track.id].clockRate)
        }
        var random = SystemRandomNumberGenerator()
        let viewer = Viewer(
            cursor: makeCursor(wanted), streams: streams, cname: CNAME(using: &random), limits: context.limits.demand,
            pacing: context.limits.pacing,
            sparseTracks: Set(title.tracks.filter { [.subtitle, .data].contains($0.codec.kind) }.map(\.id)),
            wallClock: loop.wallClock, environment: loop.viewerEnvironment, reference: viewerReference)
        viewer.ended = { [weak self] failure in self?.mediaEnded(failure) }
        viewer.unitsSkipped = { [logger] count, reason in
            logger.warning("access units left out", metadata: ["count": "\(count)", "reason": "\(reason)"])
        }
        return viewer
    }

    /// A cursor brings what the streams were set up for; one that does already goes on.
    private func changeCursor(of viewer: Viewer) {
        let wanted = machine.streams.map(cursorTrack)
        guard !cursorTracks.isSuperset(of: wanted) else { return }
        cursorTracks = Set(wanted)
        viewer.replace(cursor: makeCursor(wanted), tracks: wanted.map(\.track))
    }

    private func makeCursor(_ tracks: [CursorTrack]) -> any MediaCursor {
        title.makeCursor(CursorOptions(tracks: tracks.sorted { $0.track < $1.track }))
    }

    private func cursorTrack(_ stream: Session.Stream) -> CursorTrack {
        CursorTrack(
            track: stream.track, layout: PacketLayout(prefix: stream.prefix, maximumPacketSize: stream.packetSize),
            payloadType: Presentation.payloadType(of: stream.track, title.formats[stream.track]),
            aggregation: context.limits.audioAggregation)
    }

    private func viewerStream(_ stream: Session.Stream) -> ViewerStream {
        var random = SystemRandomNumberGenerator()
        let clock = RTPClock(
            clockRate: title.formats[stream.track].clockRate, offset: random.next(),
            timeline: DeliveryTimeline(wallClock: loop.wallClock))
        return ViewerStream(
            track: stream.track,
            sender: SenderState(
                ssrc: ssrc(of: stream.track), sequenceNumber: SequenceNumber(random.next()), clock: clock),
            transport: makeTransport(stream))
    }

    private func makeTransport(_ stream: Session.Stream) -> any PacketTransport {
        switch stream.transport {
        case .interleaved(let rtp, let rtcp):
            guard let writer = connection?.writer else { preconditionFailure("interleaved streams have a connection") }
            writer.setSendBuffer(SendBuffer(bytesPerSecond: title.bytesPerSecond, limits: context.limits))
            return InterleavedTransport(channelID: rtp, controlID: rtcp, writer: writer) {
                [viewerReference] line, packets in
                viewerReference.viewer?.accepted(line: line, packets: packets)
            }
        case .datagram(let rtpPort, let rtcpPort):
            guard let sockets = loop.sockets else { preconditionFailure("datagram streams have sockets") }
            var destination = peer
            destination.port = Int(rtpPort)
            var control = peer
            control.port = Int(rtcpPort)
            controlAddresses[stream.track] = control
            context.registry.register(controlAddress: control, for: id)
            return DatagramTransport(
                sockets: sockets, destination: destination, controlDestination: control, source: local
            ) { [viewerReference] line, packets, error in
                viewerReference.viewer?.accepted(line: line, packets: packets, refused: error != nil)
            }
        }
    }

    /// The connection has room for interleaved packets again.
    func transportDrained() { viewer?.transportDrained() }

    private func mediaEnded(_ failure: MediaError?) {
        machine.ended()
        if let failure {
            logger.warning("reading stopped before the end", metadata: ["reason": "\(failure)"])
        }
        logger.debug("played to the end")
    }

    // MARK: The end

    private func scheduleExpiry() {
        expiry?.cancel()
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(0, machine.deadline.nanoseconds)))
        expiry = loop.eventLoop.scheduleTask(deadline: deadline) { bound.value.expireIfSilent() }
    }

    private func expireIfSilent() {
        guard !isClosed else { return }
        let sent = viewer?.counters.bytesSent ?? 0
        // A connection that takes data is alive; nobody owes reports on it (a datagram always leaves: it says nothing).
        if isInterleaved, sent > bytesAtLastLook { touch() }
        bytesAtLastLook = sent
        if machine.deadline <= loop.now {
            close(reason: "timeout")
        } else {
            scheduleExpiry()
        }
    }

    /// BYE, free everything, and one line in the log that says what was delivered.
    func close(reason: String) {
        guard !isClosed else { return }
        isClosed = true
        expiry?.cancel()
        viewer?.close()
        loop.flush()
        context.registry.remove(id: id, ssrcs: Array(ssrcs.values), controlAddresses: Array(controlAddresses.values))
        connection?.forget(self)
        logEnd(reason: reason)
        // Here, on the loop: whoever lets go of the session last may do so on another thread, and wire buffers return to the loop's pool.
        viewer = nil
    }

    /// Forgets a session whose first SETUP was refused: it never was one.
    func discard() {
        isClosed = true
        context.registry.remove(id: id, ssrcs: Array(ssrcs.values), controlAddresses: [])
        connection?.forget(self)
    }

    private func logEnd(reason: String) {
        let counters = viewer?.counters ?? DeliveryCounters()
        logger.info(
            "session ended",
            metadata: [
                "reason": "\(reason)",
                "transport": isInterleaved ? "tcp" : "udp",
                "reads": "\(counters.reads)",
                "packets": "\(counters.packetsSent)",
                "bytes": "\(counters.bytesSent)",
                "unsent-packets-max": "\(counters.unsentPacketsMaximum)",
                "unsent-bytes-max": "\(counters.unsentBytesMaximum)",
                "unsent-ms-max": "\(counters.unsentTimeMaximum.nanoseconds / 1_000_000)",
                "starvations": "\(counters.starvations)",
                "splits": "\(counters.splits)",
                "drops": "\(counters.packetsDiscarded)",
                "errors": "\(counters.sendErrors)",
            ])
    }
}

extension Session.Stream {
    /// Bytes before each packet in a wire buffer.
    var prefix: Int { if case .interleaved = transport { 4 } else { 0 } }
}
