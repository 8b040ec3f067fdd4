import Testing

@testable import RTSP

@Suite struct TransportTests {
    private static func spec(
        _ transportProtocol: TransportProtocol, _ delivery: TransportSpec.Delivery? = .unicast,
        _ change: (inout TransportSpec) -> Void = { _ in }
    ) -> TransportSpec {
        var spec = TransportSpec(transportProtocol, delivery: delivery)
        change(&spec)
        return spec
    }

    /// What is read, and what the same is written as.
    static let cases: [(String, [TransportSpec], String)] = [
        (
            "RTP/AVP;unicast;client_port=4588-4589",
            [spec(.rtpAVP) { $0.clientPort = PortPair(rtp: 4588, rtcp: 4589) }],
            "RTP/AVP;unicast;client_port=4588-4589"
        ),
        (
            " rtp/avp/tcp ; UNICAST ; Interleaved = 0 - 1 ",
            [spec(.rtpAVPTCP) { $0.interleaved = InterleavedIDs(rtp: 0, rtcp: 1) }],
            "RTP/AVP/TCP;unicast;interleaved=0-1"
        ),
        (
            "RTP/AVP/UDP;unicast;client_port=5000;mode=play",
            [
                spec(.rtpAVPUDP) {
                    $0.clientPort = PortPair(rtp: 5000)
                    $0.mode = [.play]
                }
            ], "RTP/AVP/UDP;unicast;client_port=5000;mode=\"PLAY\""
        ),
        (
            // RFC 2326 12.39's example.
            "RTP/AVP;multicast;ttl=127;mode=\"PLAY\",RTP/AVP;unicast;client_port=3456-3457;mode=\"PLAY,RECORD\"",
            [
                spec(.rtpAVP, .multicast) {
                    $0.ttl = 127
                    $0.mode = [.play]
                },
                spec(.rtpAVP) {
                    $0.clientPort = PortPair(rtp: 3456, rtcp: 3457)
                    $0.mode = [.play, .record]
                },
            ], "RTP/AVP;multicast;ttl=127;mode=\"PLAY\",RTP/AVP;unicast;client_port=3456-3457;mode=\"PLAY,RECORD\""
        ),
        (
            "RTP/AVP;unicast;destination=10.0.0.1;source=\"::1\";server_port=6970-6971;port=1-2;layers=2;ssrc=0a0B0c0D;append",
            [
                spec(.rtpAVP) {
                    $0.destination = "10.0.0.1"
                    $0.source = "::1"
                    $0.serverPort = PortPair(rtp: 6970, rtcp: 6971)
                    $0.port = PortPair(rtp: 1, rtcp: 2)
                    $0.layers = 2
                    $0.ssrc = 0x0A0B_0C0D
                    $0.append = true
                }
            ],
            "RTP/AVP;unicast;destination=10.0.0.1;source=::1;server_port=6970-6971;port=1-2;layers=2;ssrc=0A0B0C0D;append"
        ),
        (
            "x-real-rdt/udp;client_port=6970;x=\"a;b,c\\\"\";y;ssrc=zz",
            [
                spec(.other("x-real-rdt/udp"), nil) {
                    $0.clientPort = PortPair(rtp: 6970)
                    $0.parameters = [
                        .init(name: "x", value: "a;b,c\""), .init(name: "y"), .init(name: "ssrc", value: "zz"),
                    ]
                }
            ], "x-real-rdt/udp;client_port=6970;x=\"a;b,c\\\"\";y;ssrc=zz"
        ),
        ("RTP/AVP/TCP;unicast", [spec(.rtpAVPTCP)], "RTP/AVP/TCP;unicast"),
        ("RTP/AVP;unicast;destination", [spec(.rtpAVP) { $0.destination = "" }], "RTP/AVP;unicast;destination"),
    ]

    @Test(arguments: cases.indices) func readsAndWrites(_ index: Int) throws {
        let (text, specs, written) = Self.cases[index]
        let header = try TransportHeader(parsing: text)
        #expect(header.specs == specs)
        #expect(header.serialize() == written)
        #expect(try TransportHeader(parsing: written) == header)
    }

    @Test(arguments: [
        "", " , ", "RTP/AVP;client_port=65536", "RTP/AVP;client_port=-1", "RTP/AVP;client_port=1-2-3",
        "RTP/AVP;client_port=1-", "RTP/AVP;client_port", "RTP/AVP/TCP;interleaved=0-256", "RTP/AVP;ttl=256",
        "a b;unicast",
        Array(repeating: "RTP/AVP", count: 33).joined(separator: ","),
    ])
    func refuses(_ text: String) {
        #expect(throws: HeaderError.self) { try TransportHeader(parsing: text) }
    }

    @Test func knowsLowerTransports() {
        #expect(TransportProtocol("rtp/avp").lowerTransport == .udp)
        #expect(TransportProtocol("RTP/AVP/UDP").lowerTransport == .udp)
        #expect(TransportProtocol("RTP/AVP/TCP").lowerTransport == .tcp)
        #expect(TransportProtocol("RTP/SAVP").lowerTransport == nil)
    }
}
