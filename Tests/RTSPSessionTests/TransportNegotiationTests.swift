import RTSP
import RTSPSession
import Testing

@Suite struct TransportNegotiationTests {
    private static func choice(_ transport: String, _ offer: TransportOffer) throws -> StreamTransport? {
        offer.choose(from: try TransportHeader(parsing: transport).specs)?.transport
    }

    static let everything: [(String, StreamTransport?)] = [
        ("RTP/AVP;unicast;client_port=5000-5001", .datagram(rtpPort: 5000, rtcpPort: 5001)),
        ("RTP/AVP/UDP;unicast;client_port=5000-5003", .datagram(rtpPort: 5000, rtcpPort: 5003)),
        // A single port: RTCP has the next.
        ("RTP/AVP;unicast;client_port=5000", .datagram(rtpPort: 5000, rtcpPort: 5001)),
        // RFC 2326 would mean multicast; every client means unicast.
        ("RTP/AVP;client_port=5000-5001", .datagram(rtpPort: 5000, rtcpPort: 5001)),
        ("RTP/AVP;unicast;client_port=65534-65535", .datagram(rtpPort: 65_534, rtcpPort: 65_535)),
        ("RTP/AVP;unicast;client_port=65535-1024", .datagram(rtpPort: 65_535, rtcpPort: 1024)),
        ("RTP/AVP;unicast;client_port=65535", nil),
        ("RTP/AVP;unicast;client_port=0", nil),
        ("RTP/AVP;unicast;client_port=0-0", nil),
        ("RTP/AVP;unicast;client_port=0-1", nil),
        ("RTP/AVP;unicast;client_port=5000-0", nil),
        ("RTP/AVP;unicast", nil),
        ("RTP/AVP;multicast", nil),
        ("RTP/AVP;multicast;client_port=5000-5001", nil),
        ("RTP/SAVP;unicast;client_port=5000-5001", nil),
        ("x-real-rdt/udp;client_port=5000", nil),
        ("RTP/AVP/TCP;unicast;interleaved=0-1", .interleaved(rtp: 0, rtcp: 1)),
        ("RTP/AVP/TCP;unicast;interleaved=4", .interleaved(rtp: 4, rtcp: 5)),
        ("RTP/AVP/TCP;unicast;interleaved=7-3", .interleaved(rtp: 7, rtcp: 3)),
        ("RTP/AVP/TCP;unicast;interleaved=254-255", .interleaved(rtp: 254, rtcp: 255)),
        // No id follows 255, and one id cannot serve both.
        ("RTP/AVP/TCP;unicast;interleaved=255", .interleaved(rtp: 0, rtcp: 1)),
        ("RTP/AVP/TCP;unicast;interleaved=9-9", .interleaved(rtp: 0, rtcp: 1)),
        // QuickTime names none.
        ("RTP/AVP/TCP;unicast", .interleaved(rtp: 0, rtcp: 1)),
        ("RTP/AVP/TCP", .interleaved(rtp: 0, rtcp: 1)),
        ("RTP/AVP;unicast;client_port=5000;mode=record", nil),
        ("RTP/AVP;unicast;client_port=5000;mode=play", .datagram(rtpPort: 5000, rtcpPort: 5001)),
        ("RTP/AVP;unicast;client_port=5000;mode=\"PLAY,RECORD\"", .datagram(rtpPort: 5000, rtcpPort: 5001)),
    ]

    @Test(arguments: everything)
    func oneSpec(_ transport: String, _ expected: StreamTransport?) throws {
        #expect(try Self.choice(transport, .everything) == expected)
    }

    static let lists: [(String, datagram: Bool, interleaved: Bool, StreamTransport?)] = [
        (
            "RTP/AVP;multicast,RTP/AVP;unicast;client_port=5000,RTP/AVP/TCP;interleaved=0-1", true, true,
            .datagram(rtpPort: 5000, rtcpPort: 5001)
        ),
        ("RTP/AVP;unicast;client_port=5000,RTP/AVP/TCP;interleaved=2-3", false, true, .interleaved(rtp: 2, rtcp: 3)),
        (
            "RTP/AVP/TCP;interleaved=2-3,RTP/AVP;unicast;client_port=5000", true, false,
            .datagram(rtpPort: 5000, rtcpPort: 5001)
        ),
        // The client's order counts.
        ("RTP/AVP/TCP;interleaved=2-3,RTP/AVP;unicast;client_port=5000", true, true, .interleaved(rtp: 2, rtcp: 3)),
        // One that cannot be used is passed over.
        ("RTP/AVP;unicast;client_port=0,RTP/AVP/TCP;interleaved=2-3", true, true, .interleaved(rtp: 2, rtcp: 3)),
        ("RTP/AVP;unicast;client_port=5000", false, true, nil),
        ("RTP/AVP/TCP;interleaved=0-1", true, false, nil),
        ("RTP/AVP;unicast;client_port=5000,RTP/AVP/TCP;interleaved=0-1", false, false, nil),
    ]

    @Test(arguments: lists)
    func firstThatIsOffered(_ transport: String, _ datagram: Bool, _ interleaved: Bool, _ expected: StreamTransport?)
        throws
    {
        let offer = TransportOffer(allowsDatagram: datagram, allowsInterleaved: interleaved, usedIDs: [])
        #expect(try Self.choice(transport, offer) == expected)
    }

    static let taken: [(String, Set<UInt8>, StreamTransport?)] = [
        ("RTP/AVP/TCP;interleaved=0-1", [0, 1], .interleaved(rtp: 2, rtcp: 3)),
        ("RTP/AVP/TCP;interleaved=0-1", [1], .interleaved(rtp: 2, rtcp: 3)),
        ("RTP/AVP/TCP;interleaved=2-3", [0, 1], .interleaved(rtp: 2, rtcp: 3)),
        ("RTP/AVP/TCP", [0, 1, 3], .interleaved(rtp: 4, rtcp: 5)),
        ("RTP/AVP/TCP", Set(0...251), .interleaved(rtp: 252, rtcp: 253)),
        ("RTP/AVP/TCP", Set(0...253), nil),
        ("RTP/AVP/TCP;interleaved=254-255", Set(0...253), .interleaved(rtp: 254, rtcp: 255)),
        ("RTP/AVP/TCP;interleaved=0-1", Set(0...255), nil),
    ]

    @Test(arguments: taken)
    func idsInUseAreNotGivenTwice(_ transport: String, _ used: Set<UInt8>, _ expected: StreamTransport?) throws {
        let offer = TransportOffer(allowsDatagram: true, allowsInterleaved: true, usedIDs: used)
        #expect(try Self.choice(transport, offer) == expected)
    }

    static let replies: [(String, String)] = [
        (
            "RTP/AVP;unicast;client_port=5000",
            "RTP/AVP;unicast;client_port=5000-5001;server_port=6970-6971;ssrc=00ABCDEF;mode=\"PLAY\""
        ),
        (
            "rtp/avp/udp;client_port=5000-5001;ssrc=12345678;destination=10.0.0.1",
            "RTP/AVP/UDP;unicast;client_port=5000-5001;server_port=6970-6971;ssrc=00ABCDEF;mode=\"PLAY\""
        ),
        ("RTP/AVP/TCP;interleaved=0-1", "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00ABCDEF;mode=\"PLAY\""),
    ]

    @Test(arguments: replies)
    func theReplyHasOneTransportInTheClientsSpelling(_ transport: String, _ expected: String) throws {
        let choice = try #require(TransportOffer.everything.choose(from: try TransportHeader(parsing: transport).specs))
        let agreed = choice.spec.agreed(choice.transport, serverPort: 6970, ssrc: 0x00AB_CDEF)
        #expect(TransportHeader([agreed]).serialize() == expected)
    }
}
