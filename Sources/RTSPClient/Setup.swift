import MediaCore
import NIOCore
import RTP
import RTSP

/// How a session's packets travel.
package enum Carrier: String, Hashable, Sendable {
    /// RTP/AVP: each stream to a pair of ports of its own.
    case udp
    /// RTP/AVP/TCP: interleaved in the RTSP connection (RFC 2326 10.12).
    case tcp
}

extension Client {
    /// SETUP (RFC 2326 10.4) of every stream of a presentation, in order.
    /// - Parameter sink: called with each stream's index.
    package func setup(
        _ presentation: Presentation, over carrier: Carrier, sink: (Int) -> StreamSink
    ) async throws -> ClientSession {
        var session: ClientSession?
        for (index, stream) in presentation.streams.enumerated() {
            session = try await setup(
                stream, of: presentation, over: carrier, in: session, sink: sink(index))
        }
        guard let session else { throw ClientError.malformedReply(.describe, reason: "no RTP stream") }
        return session
    }

    /// SETUP (RFC 2326 10.4) of one stream.
    /// - Parameter session: the one to add it to; nil makes a new one.
    package func setup(
        _ stream: Presentation.Stream, of presentation: Presentation, over carrier: Carrier,
        in session: ClientSession? = nil, sink: StreamSink
    ) async throws -> ClientSession {
        let receiver = StreamReceiver(stream, sink: sink)
        switch carrier {
        case .udp: return try await setupDatagram(stream, of: presentation, in: session, receiver)
        case .tcp: return try await setupInterleaved(stream, of: presentation, in: session, receiver)
        }
    }

    private func setupDatagram(
        _ stream: Presentation.Stream, of presentation: Presentation, in session: ClientSession?,
        _ receiver: StreamReceiver
    ) async throws -> ClientSession {
        let pair = try DatagramPair.open(
            local: localAddress, reader: try configuration.reader ?? DatagramReader.shared.get(),
            receiveBuffer: configuration.receiveBuffer, receiver: receiver)
        do {
            var offer = TransportSpec(.rtpAVP, delivery: .unicast)
            offer.clientPort = PortPair(rtp: pair.port, rtcp: pair.port + 1)
            let reply = try await requestSetup(stream, offer: offer, in: session)
            var destination = remoteAddress
            let ports = reply.transport.serverPort
            destination.port = ports.map { Int($0.rtcp ?? $0.rtp &+ 1) }
            let control = destination
            return try await join(session, reply, presentation, receiver) {
                StreamTransport(
                    sendControl: ports == nil ? nil : { pair.send($0, to: control) }, stall: { pair.stall() },
                    drops: { pair.drops }, release: { pair.close() })
            }
        } catch {
            pair.close()
            throw error
        }
    }

    private func setupInterleaved(
        _ stream: Presentation.Stream, of presentation: Presentation, in session: ClientSession?,
        _ receiver: StreamReceiver
    ) async throws -> ClientSession {
        let handler = handler
        let wanted = try await eventLoop.submit { handler.value.reserveInterleavedIDs() }.get()
        var offer = TransportSpec(.rtpAVPTCP, delivery: .unicast)
        offer.interleaved = wanted
        let reply = try await requestSetup(stream, offer: offer, in: session)
        let ids = reply.transport.interleaved ?? wanted
        let controlID = ids.rtcp ?? ids.rtp &+ 1
        return try await join(session, reply, presentation, receiver) {
            handler.value.setFrameReceiver(.media(receiver), id: ids.rtp)
            handler.value.setFrameReceiver(.control(receiver), id: controlID)
            return StreamTransport(
                sendControl: { handler.value.sendFrame(id: controlID, $0) }, stall: {}, drops: { 0 },
                release: {
                    handler.value.setFrameReceiver(nil, id: ids.rtp)
                    handler.value.setFrameReceiver(nil, id: controlID)
                })
        }
    }

    private struct SetupReply: Sendable {
        var session: SessionHeader
        var transport: TransportSpec
    }

    private func requestSetup(
        _ stream: Presentation.Stream, offer: TransportSpec, in session: ClientSession?
    ) async throws -> SetupReply {
        var request = Request(method: .setup, uri: stream.controlURL)
        request.headers.replace(TransportHeader([offer]))
        if let session { request.headers[SessionHeader.name] = session.id }
        let response = try await succeed(request)
        do {
            guard let header = try response.headers.typed(SessionHeader.self) else {
                throw ClientError.malformedReply(.setup, reason: "no Session")
            }
            guard let transport = try response.headers.typed(TransportHeader.self)?.specs.first,
                transport.transportProtocol.lowerTransport == offer.transportProtocol.lowerTransport
            else { throw ClientError.malformedReply(.setup, reason: "not the transport that was asked for") }
            return SetupReply(session: header, transport: transport)
        } catch let error as HeaderError {
            throw ClientError.malformedReply(.setup, reason: "\(error)")
        }
    }

    /// Adds a stream that the server has set up to its session, a new one if there is none.
    /// - Parameter connect: connects the receiver to its transport, on the event loop.
    private func join(
        _ session: ClientSession?, _ reply: SetupReply, _ presentation: Presentation, _ receiver: StreamReceiver,
        connect: @escaping @Sendable () -> StreamTransport
    ) async throws -> ClientSession {
        let (client, eventLoop) = (self, eventLoop)
        return try await eventLoop.submit {
            let joined = session ?? client.makeSession(reply.session, controlURL: presentation.controlURL)
            receiver.expect(reply.transport.ssrc.map { SSRC($0) })
            joined.state.value.add(receiver, connect())
            return joined
        }.get()
    }

    /// On the event loop.
    private func makeSession(_ header: SessionHeader, controlURL: String) -> ClientSession {
        let state = SessionState(eventLoop: eventLoop, silenceTimeout: configuration.silenceTimeout)
        handler.value.whenClosed { state.close(.connectionClosed(reason: $0)) }
        let session = ClientSession(
            client: self, header: header, controlURL: controlURL, state: NIOLoopBound(state, eventLoop: eventLoop))
        session.startKeepAlive()
        return session
    }
}
