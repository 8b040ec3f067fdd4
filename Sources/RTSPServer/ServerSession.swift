import Delivery
import Logging
import MediaCore
import NIOCore
import RTP
import RTPPayload
import RTSP
import RTSPSession

/// An RTSP session on its event loop: the state machine, the media it drives, and the transports between media and sockets.
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
    /// Nil for a session with a timeline of its own.
    private let channel: ChannelAccess?
    var machine: Session
    private var media: (any SessionMedia)?
    let logger: Logger
    /// The connection that carries interleaved streams; the session dies with it.
    weak var connection: ConnectionHandler?
    private var ssrcs: [Int: SSRC] = [:]
    /// Where each stream's RTCP comes from, over UDP.
    private var controlAddresses: [Int: SocketAddress] = [:]
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
        self.channel = opened.channel
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
        if media != nil { ssrcs[track] = nil }
        let ssrc = title.tracks.indices.contains(track) ? ssrc(of: track) : SSRC(0)
        let outcome = machine.setup(
            request, uri,
            Session.SetupOptions(
                offer: TransportOffer(
                    allowsDatagram: loop.sockets != nil, allowsInterleaved: context.allowsInterleaved && isOwn,
                    usedIDs: taken),
                serverPort: context.rtpPort.map { UInt16($0) }, packetSize: context.limits.packetSize,
                isPacketSizeFixed: channel != nil, ssrc: ssrc.rawValue,
                isFixed: media != nil && channel == nil && !title.isSeekable))
        if let media {
            let fresh = ssrcs[track]
            ssrcs[track] = old
            if let stream = outcome.stream {
                release(track)
                ssrcs[track] = fresh
                media.add(stream)
            } else if let fresh {
                context.registry.release(ssrc: fresh)
            }
        }
        if outcome.stream != nil { scheduleExpiry() }
        return outcome.reply
    }

    /// A stream is no more, or has a new transport.
    private func release(_ track: Int) {
        media?.remove(track: track)
        loop.flush()
        if let ssrc = ssrcs.removeValue(forKey: track) { context.registry.release(ssrc: ssrc) }
        guard let address = controlAddresses.removeValue(forKey: track) else { return }
        if !controlAddresses.values.contains(address) {
            context.registry.release(controlAddress: address, of: id)
        }
    }

    /// The channel's, or one of the session's own.
    func ssrc(of track: Int) -> SSRC {
        if let channel { return channel.senders[track].ssrc }
        if let known = ssrcs[track] { return known }
        let fresh = context.registry.makeSSRC(for: id)
        ssrcs[track] = fresh
        return fresh
    }

    func play(_ request: Request, _ uri: PresentationURI, reply: @escaping (Response) -> Void) {
        switch machine.play(request, uri, position: media?.position ?? .zero) {
        case .reply(let response):
            reply(response)
        case .join:
            guard let media else { preconditionFailure("what plays has media") }
            let start = media.join(machine.streams)
            reply(machine.joined(request, at: start.position, streams: Self.starts(start)))
        case .play(let seek, let end):
            let media = media ?? makeMedia()
            self.media = media
            media.play(seek: seek, end: end, streams: machine.streams) { [self] result in
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
                    forgetUnplayedMedia()
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
    private func forgetUnplayedMedia() {
        guard !machine.hasPlayed, !machine.isStarting else { return }
        media?.close()
        media = nil
        for address in controlAddresses.values { context.registry.release(controlAddress: address, of: id) }
        controlAddresses.removeAll()
    }

    func pause(_ request: Request, _ uri: PresentationURI) -> Response {
        // The position is what the reply's Range says: delivery stops here.
        let position = media?.position ?? .zero
        let (reply, stops) = machine.pause(request, uri, position: position)
        if stops { media?.pause() }
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
        media?.received(packet, bytes: bytes)
    }

    // MARK: Media

    private func makeMedia() -> any SessionMedia {
        guard let channel else { return PrivateMedia(self, streams: machine.streams) }
        return ChannelMedia(self, channel, streams: machine.streams)
    }

    /// - Parameter accepted: told of packets that the kernel has taken, or refused for this viewer, in order.
    func makeTransport(
        _ stream: Session.Stream, accepted: @escaping (_ line: Int, _ packets: Int, _ refused: Bool) -> Void
    ) -> any PacketTransport {
        switch stream.transport {
        case .interleaved(let rtp, let rtcp):
            guard let writer = connection?.writer else { preconditionFailure("interleaved streams have a connection") }
            writer.setSendBuffer(SendBuffer(bytesPerSecond: title.bytesPerSecond, limits: context.limits))
            return InterleavedTransport(channelID: rtp, controlID: rtcp, writer: writer) { line, packets in
                accepted(line, packets, false)
            }
        case .multicast:
            preconditionFailure("a group's packets are the channel's to send")
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
            ) { line, packets, error in
                accepted(line, packets, error != nil)
            }
        }
    }

    /// The connection has room for interleaved packets again.
    func transportDrained() { media?.transportDrained() }

    func mediaEnded(_ failure: MediaError?) {
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
        let sent = media?.counters.bytesSent ?? 0
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
        media?.close()
        loop.flush()
        context.registry.remove(id: id, ssrcs: Array(ssrcs.values), controlAddresses: Array(controlAddresses.values))
        connection?.forget(self)
        logEnd(reason: reason)
        // Here, on the loop: whoever lets go of the session last may do so on another thread, and wire buffers return to the loop's pool.
        media = nil
    }

    /// Forgets a session whose first SETUP was refused: it never was one.
    func discard() {
        isClosed = true
        context.registry.remove(id: id, ssrcs: Array(ssrcs.values), controlAddresses: [])
        connection?.forget(self)
    }

    private func logEnd(reason: String) {
        let counters = media?.counters ?? DeliveryCounters()
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
            ].merging(counters.slownessMetadata) { $1 })
    }
}
