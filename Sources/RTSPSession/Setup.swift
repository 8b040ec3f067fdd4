import RTPPayload
package import RTSP

/// SETUP, RFC 2326 10.4.
extension Session {
    package struct SetupOptions: Sendable {
        package var offer: TransportOffer
        /// The server's RTP port, if it has UDP; RTCP's is the next.
        package var serverPort: UInt16?
        /// RTP packet bytes, header included, unless Blocksize asks for less.
        package var packetSize: Int
        /// Whether it is what others get too, whatever Blocksize asks for (RFC 2326 12.7 lets the server disregard it).
        package var isPacketSizeFixed: Bool
        /// Of the stream, random.
        package var ssrc: UInt32
        /// Media is under way that cannot be positioned for one stream more.
        package var isFixed: Bool

        package init(
            offer: TransportOffer, serverPort: UInt16?, packetSize: Int, isPacketSizeFixed: Bool = false, ssrc: UInt32,
            isFixed: Bool = false
        ) {
            self.offer = offer
            self.serverPort = serverPort
            self.packetSize = packetSize
            self.isPacketSizeFixed = isPacketSizeFixed
            self.ssrc = ssrc
            self.isFixed = isFixed
        }
    }

    /// Adds a stream, or replaces its transport; in mid-session too: it is sent from the next PLAY on, the others go on (RFC 2326 10.4).
    /// - Returns: the reply; on success also the stream.
    package mutating func setup(
        _ request: Request, _ uri: PresentationURI, _ options: SetupOptions
    ) -> (reply: Response, stream: Stream?) {
        func refused(_ status: StatusCode, _ text: String) -> (reply: Response, stream: Stream?) {
            // A session that has no stream is not made: its id is not told.
            let header = state == .initial ? nil : header
            return (Response(to: request, status, session: header).explaining(text), nil)
        }
        guard isOwn(uri) else { return refused(.notFound, "the session is of another presentation") }
        guard !isStarting else { return refused(.methodNotValidInThisState, "a PLAY is under way") }
        guard !options.isFixed else {
            return refused(.methodNotValidInThisState, "streams of this presentation are set up before the first PLAY")
        }
        guard let track = presentation.track(of: uri) else {
            return refused(.aggregateOperationNotAllowed, "SETUP takes the URL of one track")
        }
        guard presentation.offered.contains(track) else { return refused(.notFound, "no track \(track)") }
        if let reply = presentation.notModified(request, session: state == .initial ? nil : header) {
            return (reply, nil)
        }
        let specs: [TransportSpec]
        do {
            guard let header = try request.headers.typed(TransportHeader.self) else {
                return refused(.badRequest, "no Transport header")
            }
            specs = header.specs
        } catch {
            return refused(.badRequest, "\(error)")
        }
        var offer = options.offer
        offer.multicastPort = presentation.multicast?.port(of: track)
        guard let (spec, transport) = offer.choose(from: specs) else {
            return refused(.unsupportedTransport, "none of the transports asked for")
        }
        let stream = Stream(
            track: track, transport: transport, url: request.uri,
            packetSize: options.isPacketSizeFixed ? options.packetSize : packetSize(request, options.packetSize))
        streams.removeAll { $0.track == track }
        streams.append(stream)
        if hasPlayed { joining.insert(track) }
        if state == .initial { state = .ready }
        var reply = Response(to: request, .ok, session: header)
        reply.headers.replace(
            TransportHeader([
                spec.agreed(
                    transport, serverPort: options.serverPort, ssrc: options.ssrc, group: presentation.multicast)
            ]))
        if request.headers[BlocksizeHeader.name] != nil {
            reply.headers.replace(BlocksizeHeader(bytes: UInt32(stream.packetSize - Self.headerBytes)))
        }
        return (reply, stream)
    }

    /// Blocksize counts a packet's media alone, without the RTP header (RFC 2326 12.7).
    private func packetSize(_ request: Request, _ configured: Int) -> Int {
        guard let blocksize = try? request.headers.typed(BlocksizeHeader.self) else { return configured }
        return max(PacketLayout.minimumPacketSize, min(configured, Int(blocksize.bytes) + Self.headerBytes))
    }

    private static var headerBytes: Int { 12 }
}
