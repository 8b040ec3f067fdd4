import RTP
import RTSP

/// A film of two streams, spoken by the book.
enum FilmScript {
    static let description = """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=film
        t=0 0
        a=control:*
        m=video 0 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=control:trackID=0
        m=audio 0 RTP/AVP 97
        a=rtpmap:97 MPEG4-GENERIC/48000/2
        a=control:trackID=1

        """

    /// The streams' SSRCs.
    static func ssrc(_ track: UInt8) -> SSRC { SSRC(0xA0 + UInt32(track)) }

    static func packet(track: UInt8, number: UInt16) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: 20)
        bytes[0] = 0x80
        bytes[1] = 96 + track
        bytes.withUnsafeMutableBytes {
            RTPHeader.stamp(
                $0.baseAddress!, sequenceNumber: SequenceNumber(number), timestamp: RTPTimestamp(UInt32(number) * 10),
                ssrc: ssrc(track))
        }
        return bytes
    }

    static func goodbye(track: UInt8) -> [UInt8] {
        CompoundPacket([
            .senderReport(
                SenderReport(
                    ssrc: ssrc(track), ntpTimestamp: NTPTimestamp(unixNanoseconds: 0), rtpTimestamp: RTPTimestamp(0),
                    packetCount: 3, octetCount: 24)),
            .goodbye(Goodbye(sources: [ssrc(track)])),
        ]).serialize()
    }

    /// Answers everything; a PLAY with `media` after the reply.
    static func answer(
        _ request: Request, timeout: UInt32 = 60, media: [ScriptedServer.Reply] = []
    ) -> [ScriptedServer.Reply] {
        var response = Response(status: .ok)
        let header = SessionHeader(id: "abc", timeout: timeout)
        if request.method != .options, request.method != .describe { response.headers.replace(header) }
        switch request.method {
        case .options:
            response.headers.replace(PublicHeader([.describe, .setup, .play, .teardown]))
        case .describe:
            response.headers[HeaderName.contentBase] = request.uri + "/"
            response.body = Array(description.utf8)
        case .setup:
            guard var spec = (try? request.headers.typed(TransportHeader.self))?.specs.first else { return [] }
            if spec.transportProtocol.lowerTransport == .udp { spec.serverPort = PortPair(rtp: 9, rtcp: 9) }
            spec.ssrc = ssrc(request.uri.hasSuffix("trackID=0") ? 0 : 1).rawValue
            response.headers.replace(TransportHeader([spec]))
        case .play:
            let base = request.uri
            response.headers.replace(RangeHeader(npt: NPTRange(start: 0, end: 1_000_000_000)))
            response.headers.replace(
                RTPInfoHeader([
                    RTPInfoHeader.Stream(url: base + "trackID=1", seq: 7, rtptime: 70),
                    RTPInfoHeader.Stream(url: base + "trackID=0", seq: 5, rtptime: nil),
                ]))
            return [.response(response)] + media
        default: break
        }
        return [.response(response)]
    }
}
