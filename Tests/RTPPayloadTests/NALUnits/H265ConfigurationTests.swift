import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H265ConfigurationTests {
    private func format(_ configuration: [UInt8]) throws -> PayloadFormat {
        try PayloadFormat.make(for: CodecDescription(codec: .h265, kind: .video, configuration: configuration))
    }

    private let profile = "profile-space=0;profile-id=1;tier-flag=0;level-id=30;interop-constraints=900000000000"
    private let sets =
        "sprop-vps=QAEMAf//AWAAAAMAkAAAAwAAAwAelZAJ;sprop-sps=QgEBAWAAAAMAkAAAAwAAAwAeoBAgYWWVkkkyvAWgIAAAAwAgAAADAyE=;sprop-pps=RAHBcrQiQA=="

    @Test func attributes() throws {
        let format = try format(H265Tests.record())
        #expect(format.mediaType == "video" && format.channels == nil && format.staticPayloadType == nil)
        #expect(format.sdpMedia(payloadType: 97).rtpmap == "97 H265/90000")
        #expect(format.sdpMedia(payloadType: 97).fmtp == "97 \(profile);\(sets)")
    }

    @Test func startCodes() throws {
        let units = [H265Tests.vps, H265Tests.sps, H265Tests.pps].flatMap { hex("00000001") + $0 }
        #expect(try format(units).sdpMedia(payloadType: 96).fmtp == "96 \(profile);\(sets)")
    }

    @Test func firstUnitOfARawStream() throws {
        let units = [H265Tests.vps, H265Tests.sps, H265Tests.pps, hex("2601 AF")].flatMap { hex("000001") + $0 }
        let codec = CodecDescription(codec: .h265, kind: .video)
        #expect(try PayloadFormat.make(for: codec, firstUnit: units).fmtp == format(H265Tests.record()).fmtp)
        #expect(throws: PayloadFormatError("H.265 without parameter sets")) {
            try PayloadFormat.make(for: codec, firstUnit: H264Tests.unit([H265Tests.vps]))
        }
    }

    @Test func withoutSets() throws {
        #expect(try format(H265Tests.record([])).fmtp.isEmpty)
        #expect(
            try format(H265Tests.record([H265Tests.vps, H265Tests.sps])).sdpMedia(payloadType: 96).fmtp
                == "96 \(profile)")
        let large = H265Tests.pps + [UInt8](repeating: 1, count: 4096)
        #expect(try format(H265Tests.record([H265Tests.vps, H265Tests.sps, large])).fmtp.count == 5)
    }

    @Test func everyPrefix() throws {
        let record = H265Tests.record()
        for length in 1..<record.count {
            #expect(throws: PayloadFormatError.self, "\(length) bytes") { try format(Array(record[..<length])) }
        }
    }

    @Test(arguments: ["", "000001 4001", "000001 4401c172b42240"]) func refused(text: String) {
        #expect(throws: PayloadFormatError("H.265 without parameter sets")) { try format(hex(text)) }
    }

    /// Two sub-layers, of which the lower has a profile and a level: the SPS's identifier comes after them.
    @Test func subLayers() throws {
        // max_sub_layers_minus1 = 1; general: main, level 93; flags 11, 14 reserved bits; 96 bits; then ue(0).
        let sps = hex("4201 03 01 60000001 900102030405 5D C000 01 60000001 900102030405 5A A0 10")
        let fmtp = try format(H265Tests.record([H265Tests.vps, sps, H265Tests.pps])).fmtp
        #expect(fmtp.first { $0.name == "level-id" }?.value == "93")
        #expect(fmtp.contains { $0.name == "sprop-sps" })
    }
}
