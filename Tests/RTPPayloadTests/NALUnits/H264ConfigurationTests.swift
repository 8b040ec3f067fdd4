import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H264ConfigurationTests {
    private func fmtp(_ configuration: [UInt8]) throws -> [String] {
        try PayloadFormat.make(for: CodecDescription(codec: .h264, kind: .video, configuration: configuration)).fmtp
            .map { "\($0.name)=\($0.value)" }
    }

    @Test func attributes() throws {
        let codec = CodecDescription(codec: .h264, kind: .video, configuration: H264Tests.record())
        let format = try PayloadFormat.make(for: codec)
        #expect(format.mediaType == "video" && format.channels == nil && format.clockRate == .video)
        let media = format.sdpMedia(payloadType: 97)
        #expect(media.rtpmap == "97 H264/90000")
        #expect(
            media.fmtp == "97 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHtk=,aM48gA==")
    }

    /// One SPS, and the PPS that refers to it, though another comes first.
    @Test func onePairInSDP() throws {
        let (sps1, ppsOf1) = (hex("67 4D4028 59"), hex("68 A8"))  // PPS 0 refers to SPS 1
        let ppsOf0 = hex("68 5E3C")  // PPS 1 refers to SPS 0
        #expect(
            try fmtp(H264Tests.record([sps1, H264Tests.sps], [ppsOf1, ppsOf0])).last
                == "sprop-parameter-sets=Z0LAHtk=,aF48")
    }

    @Test func recordWithoutSets() throws {
        #expect(try fmtp(hex("01 4D4028 FF E0 00")) == ["packetization-mode=1", "profile-level-id=4D4028"])
        #expect(try fmtp(H264Tests.record([H264Tests.sps], [])).count == 2, "an SPS alone is no sprop")
    }

    @Test func setsTooLargeForSDPStayInBand() throws {
        #expect(
            try fmtp(H264Tests.record([H264Tests.sps], [[0x68, 0xCE] + [UInt8](repeating: 1, count: 4096)])).count == 2)
    }

    /// Cut at each byte, a record is refused, but for the High profiles' optional tail.
    @Test func everyPrefix() throws {
        let record = [1, 100] + H264Tests.record(tail: hex("FD F8 F8 01 0002 6D9A"))[2...]
        let needed = H264Tests.record().count
        for length in 1..<record.count {
            if length < needed {
                #expect(throws: PayloadFormatError.self, "\(length) bytes") { try fmtp(Array(record[..<length])) }
            } else {
                #expect(try fmtp(Array(record[..<length])).count == 3)
            }
        }
    }

    @Test(arguments: ["", "00", "67 42C01E D9", "000001 6742C01ED9", "000001 68CE3C80", "000001 67 000001 68"])
    func withoutParameterSets(text: String) {
        #expect(throws: PayloadFormatError("H.264 without parameter sets")) { try fmtp(hex(text)) }
    }

    @Test func parameterSetsInStartCodeForm() throws {
        #expect(
            try fmtp(hex("00000001 6742C01ED9 000001 68CE3C80")) == [
                "packetization-mode=1", "profile-level-id=42C01E", "sprop-parameter-sets=Z0LAHtk=,aM48gA==",
            ])
    }

    @Test(arguments: 0..<200) func garbage(seed: UInt64) {
        var random = TestRandom(seed)
        let bytes = random.bytes(.random(in: 0...80, using: &random))
        _ = try? fmtp([1] + bytes)
        _ = try? fmtp([0, 0, 1] + bytes.map { $0 < 128 ? $0 & 1 : $0 })
    }
}
