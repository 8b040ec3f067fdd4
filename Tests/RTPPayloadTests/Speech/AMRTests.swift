import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct AMRTests {
    private static let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)

    @Test func attributes() throws {
        let narrow = try SpeechFixture(.amr).format()
        #expect(narrow.sdpMedia(payloadType: 97).rtpmap == "97 AMR/8000/1")
        #expect(narrow.sdpMedia(payloadType: 97).fmtp == "97 octet-align=1")
        #expect(narrow.mediaType == "audio" && narrow.staticPayloadType == nil)
        // Whatever a container says of the rate.
        let wide = try SpeechFixture(.amrWB, rate: 8000).format()
        #expect(wide.sdpMedia(payloadType: 98).rtpmap == "98 AMR-WB/16000/1")
        #expect(throws: PayloadFormatError("AMR with 2 channels; one can be sent")) {
            try SpeechFixture(.amr, channels: 2).format()
        }
    }

    /// CMR 15; F on all entries but the last; Q as it is stored; then the speech.
    @Test func payload() throws {
        var packetizer = try SpeechFixture(.amr).format().packetizer(Self.layout)
        let speech = [(0...11).map(UInt8.init), (20...24).map(UInt8.init), [], (40...70).map(UInt8.init)]
        let unit = [0x00] + speech[0] + [0x44] + speech[1] + [0x7C] + speech[2] + [0x3C] + speech[3]
        let packets = try Packetized(&packetizer, unit, layout: Self.layout, markers: .none)
        #expect(packets.payloads == [hex("F0 80 C4 FC 3C") + speech[0] + speech[1] + speech[3]])
        let single = try Packetized(&packetizer, [0x44, 1, 2, 3, 4, 5], layout: Self.layout, markers: .none)
        #expect(single.payloads == [hex("F0 44 0102030405")])
        // Padding bits of the byte are not the file's to set.
        let padded = try Packetized(&packetizer, [0xC7, 1, 2, 3, 4, 5], layout: Self.layout, markers: .none)
        #expect(padded.payloads == [hex("F0 44 0102030405")])
    }

    @Test func typesWithoutSpeech() throws {
        var narrow = try SpeechFixture(.amr).format().packetizer(Self.layout)
        let reserved = try Packetized(&narrow, [0x4C, 0x74, 0x78], layout: Self.layout, markers: .none)
        #expect(reserved.payloads == [hex("F0 FC FC 78")])
        var wide = try SpeechFixture(.amrWB).format().packetizer(Self.layout)
        let lost = try Packetized(&wide, [0x54, 0x74, 0x7C], layout: Self.layout, markers: .none)
        #expect(lost.payloads == [hex("F0 FC F4 7C")])
    }

    /// A frame that is cut off is dropped with what follows.
    @Test func damage() throws {
        var packetizer = try SpeechFixture(.amr).format().packetizer(Self.layout)
        let unit: [UInt8] = [0x44, 1, 2, 3, 4, 5]
        for rest in 1..<13 {
            let cut = unit + [0x04] + [UInt8](repeating: 9, count: rest - 1)
            let packets = try Packetized(&packetizer, cut, layout: Self.layout, markers: .none)
            #expect(packets.payloads == [hex("F0 44 0102030405")])
        }
        for unit: [UInt8] in [[], [0x04], [0x3C] + [UInt8](repeating: 0, count: 30)] {
            #expect(throws: PacketizationError.malformed("no whole frame", offset: 0)) {
                try Packetized(&packetizer, unit, layout: Self.layout)
            }
        }
    }

    /// 200 ms to a packet, less where the largest frames would not fit.
    @Test(arguments: [(Codec.amr, 1372, 10), (.amrWB, 1372, 10), (.amr, 333, 10), (.amr, 332, 9), (.amrWB, 128, 1)])
    func framing(codec: Codec, mtu: Int, frames: Int) throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: mtu)
        let format = try SpeechFixture(codec).format()
        let framing = try #require(format.sampleFraming(in: layout))
        #expect(framing.maximumFrames == frames)
        #expect(Int(framing.sampleRate.hertz) == 50 * framing.samplesPerFrame)
        var packetizer = format.packetizer(layout)
        let longest =
            codec == .amr ? [0x3C] + [UInt8](repeating: 1, count: 31) : [0x44] + [UInt8](repeating: 1, count: 60)
        let full = Array(repeatElement(longest, count: frames).joined())
        #expect(try Packetized(&packetizer, full, layout: layout, markers: .none).payloads[0].count == 1 + full.count)
        #expect(throws: PacketizationError.tooLarge(bytes: full.count + longest.count, limit: full.count)) {
            try Packetized(&packetizer, full + longest, layout: layout)
        }
    }
}
