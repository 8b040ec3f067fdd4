import Testing

@testable import SDP

/// The attributes that describe a payload format: rtpmap and fmtp.
@Suite struct FormatTests {
    @Test(arguments: [
        (
            "97 mpeg4-generic/44100/2",
            RTPMap(payloadType: 97, encodingName: "mpeg4-generic", clockRate: 44_100, channels: 2)
        ),
        ("0 PCMU/8000", RTPMap(payloadType: 0, encodingName: "PCMU", clockRate: 8_000)),
    ])
    func rtpmapReadsAndWrites(_ text: String, _ map: RTPMap) {
        #expect(RTPMap(text) == map)
        #expect(map.serialize() == text)
        #expect(map.attribute == Attribute("rtpmap", text))
    }

    @Test(arguments: [
        "", "96", "96 H264", "128 H264/90000", "x H264/90000", "96 /90000", "96 H264/0", "96 H264/4294967296",
    ])
    func rtpmapRefuses(_ text: String) { #expect(RTPMap(text) == nil) }

    @Test(arguments: [
        (
            "96 packetization-mode=1;sprop=Z0I=, aM==;;  flag ; A = b ",
            FormatParameters(
                payloadType: 96,
                parameters: [
                    .init("packetization-mode", "1"), .init("sprop", "Z0I=, aM=="), .init("flag"), .init("A", "b"),
                ]),
            "96 packetization-mode=1; sprop=Z0I=, aM==; flag; A=b"
        ),
        ("101 0-15", FormatParameters(payloadType: 101, parameters: [.init("0-15")]), "101 0-15"),
        ("5", FormatParameters(payloadType: 5, parameters: []), "5"),
    ])
    func fmtpReadsAndWrites(_ text: String, _ format: FormatParameters, _ written: String) {
        #expect(FormatParameters(text) == format)
        #expect(format.serialize() == written)
        #expect(FormatParameters(written) == format)
    }

    @Test(arguments: ["", "x a=b", "128 a=b", "-1"]) func fmtpRefuses(_ text: String) {
        #expect(FormatParameters(text) == nil)
    }
}
