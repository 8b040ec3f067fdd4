import Testing

@testable import SDP

@Suite struct SessionDescriptionTests {
    private static let h264 = RTPMap(payloadType: 96, encodingName: "H264", clockRate: 90_000)
    private static let description = SessionDescription(
        origin: Origin(sessionID: 17, sessionVersion: 18, address: "127.0.0.1"), name: "film.mp4",
        information: "a film",
        connection: ConnectionInformation(addressType: .ip4, address: "0.0.0.0"),
        attributes: [Attribute("control", "*"), Attribute("range", "npt=0-12.04"), Attribute("recvonly")],
        media: [
            MediaDescription(
                media: "video", formats: ["96"], bandwidths: [.applicationSpecific(kilobitsPerSecond: 8_000)],
                attributes: [
                    h264.attribute,
                    FormatParameters(
                        payloadType: 96,
                        parameters: [.init("packetization-mode", "1"), .init("sprop-parameter-sets", "Z0I=,aM4=")]
                    ).attribute,
                    Attribute("control", "trackID=0"),
                ]),
            MediaDescription(
                media: "audio", port: 5004, portCount: 2, formats: ["97", "0"],
                connection: ConnectionInformation(addressType: .ip4, address: "232.1.1.1", ttl: 127, addressCount: 3)),
        ])
    private static let text = """
        v=0\r
        o=- 17 18 IN IP4 127.0.0.1\r
        s=film.mp4\r
        i=a film\r
        c=IN IP4 0.0.0.0\r
        t=0 0\r
        a=control:*\r
        a=range:npt=0-12.04\r
        a=recvonly\r
        m=video 0 RTP/AVP 96\r
        b=AS:8000\r
        a=rtpmap:96 H264/90000\r
        a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0I=,aM4=\r
        a=control:trackID=0\r
        m=audio 5004/2 RTP/AVP 97 0\r
        c=IN IP4 232.1.1.1/127/3\r

        """

    @Test func readsAndWrites() throws {
        #expect(Self.description.serialize() == Self.text)
        #expect(try SessionDescription(parsing: Array(Self.text.utf8)) == Self.description)
        #expect(try SessionDescription(parsing: Self.text.replacing("\r\n", with: "\n")) == Self.description)
    }

    @Test func findsFormats() throws {
        let video = Self.description.media[0]
        #expect(video.rtpMap(payloadType: 96) == Self.h264)
        #expect(video.rtpMap(payloadType: 97) == nil)
        #expect(video.formatParameters(payloadType: 96)?["Sprop-Parameter-Sets"] == "Z0I=,aM4=")
        #expect(video.attributes.value("control") == "trackID=0")
        #expect(Self.description.attributes.value("recvonly") == nil)
    }

    @Test func noValueEndsItsLine() throws {
        var description = SessionDescription(
            origin: Origin(username: "a b\r\n", sessionID: 1, sessionVersion: 1, addressType: .ip6, address: "::1"),
            name: "x\r\na=evil\u{0}")
        description.attributes = [Attribute("tool", "y\nz")]
        let lines = description.serialize().split(separator: "\r\n").map(String.init)
        #expect(lines == ["v=0", "o=a_b 1 1 IN IP6 ::1", "s=x  a=evil ", "t=0 0", "a=tool:y z"])
        description.name = ""
        #expect(description.serialize().contains("\r\ns=-\r\n"))
    }

    @Test func ignoresWhatItDoesNotKnow() throws {
        let text =
            "v=0\n\no=cam x 99999999999999999999 IN IP4 h\ns=\nu=http://h\ne=a\nz=1\nt=0 0\nq=?\nm=audio 0 RTP/AVP 0\nk=x\n"
        let description = try SessionDescription(parsing: text)
        #expect(description.origin == Origin(username: "cam", sessionID: 0, sessionVersion: 0, address: "h"))
        #expect(description.media.count == 1)
    }

    @Test(arguments: [
        ("", SDPError.Kind.unsupportedVersion, 0), ("v=1\n", .unsupportedVersion, 1),
        ("s=x\nv=0\n", .unsupportedVersion, 1),
        ("v=0\n", .missingOrigin, 0), ("v=0\nrubbish\n", .malformedLine, 2), ("v=0\n\né=1\n", .malformedLine, 3),
        ("v=0\no=- 1 1 IN\n", .malformedField("o"), 2), ("v=0\nm=audio 65536 RTP/AVP 0\n", .malformedField("m"), 2),
        ("v=0\nm=audio 0 RTP/AVP\n", .malformedField("m"), 2), ("v=0\nc=IN IP5 h\n", .malformedField("c"), 2),
        ("v=0\nc=IN IP4 h/256\n", .malformedField("c"), 2), ("v=0\nb=AS\n", .malformedField("b"), 2),
        ("v=0\nb=AS:-1\n", .malformedField("b"), 2), ("v=0\nt=0\n", .malformedField("t"), 2),
    ])
    func refuses(_ text: String, _ kind: SDPError.Kind, _ line: Int) {
        #expect(throws: SDPError(kind: kind, line: line)) { try SessionDescription(parsing: text) }
    }

    @Test func keepsItsLimits() throws {
        var limits = SDPLimits()
        limits.bytes = Self.text.utf8.count
        limits.media = 2
        limits.lines = 17
        #expect(try SessionDescription(parsing: Self.text, limits: limits) == Self.description)
        limits.lines = 15
        #expect(throws: SDPError(kind: .tooManyLines(limit: 15), line: 16)) {
            try SessionDescription(parsing: Self.text, limits: limits)
        }
        limits.media = 1
        #expect(throws: SDPError(kind: .tooManyMedia(limit: 1), line: 15)) {
            try SessionDescription(parsing: Self.text, limits: limits)
        }
        limits.bytes -= 1
        let tooLong = SDPError(kind: .tooLong(limit: limits.bytes), line: 0)
        #expect(throws: tooLong) { try SessionDescription(parsing: Self.text, limits: limits) }
        #expect(throws: tooLong) { try SessionDescription(parsing: Array(Self.text.utf8), limits: limits) }
    }

    @Test func neverTrapsOnMutations() {
        var state: UInt64 = 8_866
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<600 {
            var bytes = Array(Self.text.utf8)
            for _ in 0..<3 { bytes[random(bytes.count)] = UInt8(random(256)) }
            guard let description = try? SessionDescription(parsing: bytes) else { continue }
            #expect((try? SessionDescription(parsing: description.serialize())) != nil)
            for media in description.media {
                _ = (media.rtpMap(payloadType: 96), media.formatParameters(payloadType: 96))
            }
        }
    }
}
