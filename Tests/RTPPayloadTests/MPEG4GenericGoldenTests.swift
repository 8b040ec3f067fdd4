import MediaCore
import RTPPayload
import Testing

@Suite struct MPEG4GenericGoldenTests {
    @Test(arguments: [("aac-ffmpeg-single", 0), ("aac-ffmpeg-fragments", 0), ("aac-gst-fragments", 1)], [0, 4])
    func everyPacketEquals(recording: (name: String, dropped: Int), prefix: Int) throws {
        let golden = try GoldenFile(recording.name)
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: golden.mtu)
        var packetizer = try PayloadFormat.make(for: golden.codec).packetizer(layout)
        let ours = try golden.units.dropFirst(recording.dropped).flatMap {
            try Packetized(&packetizer, $0.bytes, key: true, layout: layout).packets
        }
        // Marker, payload type and payload; GStreamer stops before the clip's last units.
        let comparable = { (packet: [UInt8]) in [packet[1]] + packet[12...] }
        #expect(golden.packets.count >= 10)
        #expect(ours.map(comparable).starts(with: golden.packets.map(comparable)))
        if recording.name.hasPrefix("aac-ffmpeg") { #expect(ours.count == golden.packets.count) }
    }

    @Test func descriptionSaysWhatFFmpegSays() throws {
        let golden = try GoldenFile("aac-ffmpeg-single")
        let media = try PayloadFormat.make(for: golden.codec).sdpMedia(payloadType: 96)
        #expect(
            golden.descriptions.first == "a=rtpmap:\(media.rtpmap.replacing("mpeg4-generic", with: "MPEG4-GENERIC"))")
        let fmtp = try #require(media.fmtp).split(separator: ";").map { String($0).replacing("96 ", with: "") }
        for parameter in ["mode=AAC-hbr", "sizelength=13", "indexlength=3", "indexdeltalength=3", "config=121056E500"] {
            #expect(golden.descriptions[1].contains(parameter))
            #expect(fmtp.contains(parameter))
        }
    }
}
