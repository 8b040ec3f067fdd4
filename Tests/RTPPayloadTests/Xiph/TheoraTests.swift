import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct TheoraTests {
    private static func format(_ headers: [[UInt8]]) throws(PayloadFormatError) -> PayloadFormat {
        try PayloadFormat.make(for: XiphStreams.theora(headers))
    }

    @Test(arguments: [(0, "4:2:0"), (2, "4:2:2"), (3, "4:4:4")] as [(UInt8, String)])
    func attributes(pixelFormat: UInt8, sampling: String) throws {
        let identification = XiphStreams.theoraIdentification(pixelFormat: pixelFormat)
        let format = try Self.format([identification, [0x81], [0x82, 1]])
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 theora/90000")
        #expect(format.fmtp.map(\.name) == ["configuration", "width", "height", "sampling"])
        // The coded frame, not the picture in it.
        #expect(format.fmtp.dropFirst().map(\.value) == ["320", "240", "YCbCr-\(sampling)"])
        #expect(Array(base64Decoded(format.fmtp[0].value)[12...]) == identification + [0x81, 0x82, 1])
    }

    @Test func refusals() {
        #expect(throws: PayloadFormatError("Theora with a reserved pixel format")) {
            try Self.format([XiphStreams.theoraIdentification(pixelFormat: 1), [0x81], [0x82]])
        }
        #expect(throws: PayloadFormatError("Theora without its three headers")) {
            try Self.format([XiphStreams.vorbisIdentification(), [0x81], [0x82]])
        }
    }

    @Test func longComments() throws {
        let comment = [UInt8](repeating: 0x81, count: 20_000)
        let format = try Self.format([XiphStreams.theoraIdentification(), comment, [0x82]])
        #expect(
            Array(base64Decoded(format.fmtp[0].value)[54...]) == hex("817468656F7261 00000000 00000000 82"))
    }

    /// Every packet but its Ident.
    @Test func ffmpeg() throws {
        let golden = try GoldenFile("theora-ffmpeg")
        let ours = try golden.packetizeXiph(golden.xiphFormat(.theora))
        #expect(ours.count > golden.units.count)
        #expect(ours.map { Array($0.dropFirst(3)) } == golden.packets.map { Array($0[15...]) })
    }

    /// Everything, but that GStreamer's fragments are longer by an RTP header than its MTU.
    @Test func gstreamer() throws {
        let golden = try GoldenFile("theora-gst")
        let format = try golden.gstreamerFormat(.theora)
        #expect(try golden.packetizeXiph(format, mtu: golden.mtu + 12) == golden.packets.map { Array($0[12...]) })
        try golden.expectConfiguration(format)
    }
}
