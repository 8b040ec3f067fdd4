import MediaCore
import RTPPayload
import Testing

@Suite struct H265GoldenTests {
    @Test(arguments: ["h265-ffmpeg-annexb", "h265-gst-annexb"], [0, 4])
    func everyPacketEquals(name: String, prefix: Int) throws {
        let golden = try GoldenFile(name)
        let ours = try golden.packetize(.h265, prefix: prefix).flatMap(\.packets)
        // FFmpeg takes the first zero of the next unit's start code for this one's last byte.
        let theirs = golden.packets.map { packet in
            name.contains("ffmpeg") ? packet.dropLast(packet.reversed().prefix { $0 == 0 }.count) : packet[...]
        }
        #expect(ours.map(GoldenFile.comparable) == theirs.map { GoldenFile.comparable(Array($0)) })
        #expect(Set(ours.map { $0[12] >> 1 }).isSuperset(of: [48, 49]), "aggregates and fragments")
        #expect(ours.contains { $0[12] >> 1 < 48 }, "single NAL units")
    }

    /// FFmpeg sends the sets in SDP alone; ours precede the two key pictures.
    @Test func lengthPrefixedUnitsEqualFFmpegsButForParameterSets() throws {
        let golden = try GoldenFile("h265-ffmpeg-hvcc")
        let packets = try golden.packetize(.h265).flatMap(\.packets)
        let isSets = { (packet: [UInt8]) in packet[12] >> 1 == 48 && packet[16] >> 1 == 32 }
        #expect(packets.filter(isSets).count == 2)
        for packet in packets where isSets(packet) {
            #expect(try depacketizeH265([Array(packet[12...])]).map { $0[0] >> 1 } == [32, 33, 34])
        }
        #expect(packets.filter { !isSets($0) }.map(GoldenFile.comparable) == golden.packets.map(GoldenFile.comparable))
    }

    @Test(arguments: ["h265-ffmpeg-annexb", "h265-ffmpeg-hvcc"]) func descriptionSaysWhatFFmpegSays(name: String) throws
    {
        let golden = try GoldenFile(name)
        let media = try golden.format(.h265).sdpMedia(payloadType: 96)
        #expect(golden.descriptions.first == "a=rtpmap:\(media.rtpmap)")
        let sets = golden.descriptions[1].replacing("a=fmtp:96 ", with: "").replacing("; ", with: ";")
        #expect(media.fmtp?.hasSuffix(sets) == true)
    }
}
