import MediaCore
import RTPPayload
import Testing

@Suite struct H264GoldenTests {
    /// Ours for a recording's units, one list of packets per unit.
    private func packetize(_ golden: GoldenFile, prefix: Int = 0) throws -> [Packetized] {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: golden.mtu)
        var packetizer = try PayloadFormat.make(for: golden.codec).packetizer(layout)
        return try golden.units.map {
            try Packetized(&packetizer, $0.bytes, key: $0.isRandomAccessPoint, layout: layout)
        }
    }

    /// Marker, payload type and payload: what is not the sender's own choice.
    private func comparable(_ packet: [UInt8]) -> [UInt8] { [packet[1]] + packet[12...] }

    /// FFmpeg leaves NRI zero in STAP-A headers.
    private func withoutAggregateNRI(_ packet: [UInt8]) -> [UInt8] {
        var packet = packet
        if packet[1] & 0x1F == 24 { packet[1] &= 0x9F }
        return packet
    }

    @Test(arguments: [0, 4])
    func everyPacketEqualsGStreamers(prefix: Int) throws {
        let golden = try GoldenFile("h264-gst-annexb")
        let ours = try packetize(golden, prefix: prefix).flatMap(\.packets).map(comparable)
        let theirs = golden.packets.map(comparable)
        #expect(ours == theirs)
        #expect(
            Set(theirs.map { $0[1] & 0x1F }).isSuperset(of: [9, 24, 28]),
            "the recording has single NAL units, STAP-A and FU-A")
    }

    @Test func everyPacketEqualsFFmpegs() throws {
        let golden = try GoldenFile("h264-ffmpeg-annexb")
        let ours = try packetize(golden).flatMap(\.packets).map { withoutAggregateNRI(comparable($0)) }
        #expect(ours == golden.packets.map { withoutAggregateNRI(comparable($0)) })
    }

    @Test func lengthPrefixedUnitsEqualFFmpegsButForParameterSets() throws {
        let golden = try GoldenFile("h264-ffmpeg-avcc")
        let packets = try packetize(golden).flatMap(\.packets)
        // The two key pictures begin with a STAP-A of SPS and PPS, which FFmpeg sends in SDP alone.
        let sets = packets.filter { $0[12] & 0x1F == 24 }
        #expect(sets.count == 2)
        for packet in sets {
            #expect(try depacketizeH264([Array(packet[12...])]).map { $0[0] & 0x1F } == [7, 8])
        }
        #expect(packets.filter { $0[12] & 0x1F != 24 }.map(comparable) == golden.packets.map(comparable))
    }

    @Test(arguments: ["h264-gst-stap", "h264-gst-single"])
    func picturesEqualGStreamersUpToOrderOfParameterSets(name: String) throws {
        let golden = try GoldenFile(name)
        var pictures: [[[UInt8]]] = [[]]
        for packet in golden.packets {
            pictures[pictures.count - 1].append(Array(packet[12...]))
            if packet[1] & 0x80 != 0 { pictures.append([]) }
        }
        pictures.removeLast()
        let ours = try packetize(golden)
        #expect(ours.count == pictures.count)
        for (mine, theirs) in zip(ours, pictures) {
            let order = { (unit: [UInt8]) in (unit[0] & 0x1F == 7 || unit[0] & 0x1F == 8) ? 0 : 1 }
            let stable = try depacketizeH264(theirs).enumerated().sorted {
                (order($0.element), $0.offset) < (order($1.element), $1.offset)
            }
            #expect(try depacketizeH264(mine.payloads) == stable.map(\.element))
            let fragments = { (payloads: [[UInt8]]) in payloads.filter { $0[0] & 0x1F == 28 } }
            #expect(fragments(mine.payloads) == fragments(theirs))
        }
        if name == "h264-gst-stap" {
            let aggregates = { (payloads: [[UInt8]]) in payloads.filter { $0[0] & 0x1F == 24 } }
            #expect(aggregates(ours.flatMap(\.payloads)) == aggregates(pictures.flatMap { $0 }))
        }
    }

    /// A 2-byte length field carries the same NAL units as the recorded 4-byte one, and so the same packets.
    @Test(arguments: [2, 3]) func shorterLengthFields(size: Int) throws {
        var golden = try GoldenFile("h264-ffmpeg-avcc")
        let expected = try packetize(golden).map(\.packets)
        golden.configuration[4] = 0xFC | UInt8(size - 1)
        golden.units = golden.units.map { unit in
            var rest = unit.bytes[...]
            var result: [UInt8] = []
            while rest.count >= 4 {
                let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                result += rest.dropFirst(4 - size).prefix(size + length)
                rest = rest.dropFirst(4 + length)
            }
            return (result, unit.isRandomAccessPoint)
        }
        #expect(try packetize(golden).map(\.packets) == expected)
    }

    @Test(arguments: ["h264-ffmpeg-avcc", "h264-ffmpeg-annexb"])
    func descriptionSaysWhatFFmpegSays(name: String) throws {
        let golden = try GoldenFile(name)
        let media = try PayloadFormat.make(for: golden.codec).sdpMedia(payloadType: 96)
        #expect(golden.descriptions.first == "a=rtpmap:\(media.rtpmap)")
        let fmtp = try #require(media.fmtp)
        #expect(parameters("a=fmtp:\(fmtp)") == parameters(golden.descriptions[1]))
    }

    /// Name to value, the order apart.
    private func parameters(_ line: String) -> Set<String> {
        Set(line.drop { $0 != " " }.dropFirst().split(separator: ";").map { String($0.drop { $0 == " " }) })
    }
}
