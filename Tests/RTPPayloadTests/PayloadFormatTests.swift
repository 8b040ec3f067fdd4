import MediaCore
import RTPPayload
import Testing

@Suite struct PayloadFormatTests {
    @Test func otherCodecsAreRefusedByName() {
        #expect(throws: PayloadFormatError("no RTP payload format for ProRes")) {
            try PayloadFormat.make(for: CodecDescription(codec: .other("ProRes"), kind: .video))
        }
    }

    @Test func payloadTypeIsWritten() throws {
        let codec = CodecDescription(codec: .h264, kind: .video, configuration: H264Tests.record())
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try PayloadFormat.make(for: codec).makePacketizer(layout: layout, payloadType: 127)
        _ = try Packetized(&packetizer, H264Tests.unit([[0x41]]), layout: layout, payloadType: 127)
    }
}
