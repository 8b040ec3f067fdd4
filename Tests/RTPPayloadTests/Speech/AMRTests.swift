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

    private static func payload(_ codec: Codec, _ unit: [UInt8]) throws -> [UInt8] {
        var packetizer = try SpeechFixture(codec).format().packetizer(layout)
        let packets = try Packetized(&packetizer, unit, layout: layout, markers: .none)
        #expect(packets.payloads.count == 1)
        return packets.payloads[0]
    }

    /// CMR 15; F=0; Q as it is stored; then the speech.
    @Test func payload() throws {
        let speech = (0...11).map(UInt8.init)
        #expect(try Self.payload(.amr, [0x04] + speech) == hex("F0 04") + speech)
        #expect(try Self.payload(.amr, [0x00] + speech) == hex("F0 00") + speech)
        #expect(try Self.payload(.amr, [0x44, 1, 2, 3, 4, 5]) == hex("F0 44 0102030405"))
        // Padding bits of the byte are not the file's to set.
        #expect(try Self.payload(.amr, [0xC7, 1, 2, 3, 4, 5]) == hex("F0 44 0102030405"))
        #expect(try Self.payload(.amrWB, [0x4C, 1, 2, 3, 4, 5]) == hex("F0 4C 0102030405"))
    }

    /// No data, lost, reserved.
    @Test func typesWithoutSpeech() throws {
        for (stored, sent) in [(0x7C, 0x7C), (0x78, 0x78), (0x4C, 0x7C), (0x70, 0x7C)] as [(UInt8, UInt8)] {
            #expect(try Self.payload(.amr, [stored]) == [0xF0, sent])
        }
        for (stored, sent) in [(0x7C, 0x7C), (0x74, 0x74), (0x70, 0x70), (0x54, 0x7C)] as [(UInt8, UInt8)] {
            #expect(try Self.payload(.amrWB, [stored]) == [0xF0, sent])
        }
    }

    /// A frame that is cut off is dropped with what follows.
    @Test func damage() throws {
        for rest in 1..<13 {
            let cut = [0x44, 1, 2, 3, 4, 5, 0x04] + [UInt8](repeating: 9, count: rest - 1)
            #expect(try Self.payload(.amr, cut) == hex("F0 44 0102030405"))
        }
        for unit: [UInt8] in [[], [0x04], [0x3C] + [UInt8](repeating: 0, count: 30)] {
            #expect(throws: PacketizationError.malformed("no whole frame", offset: 0)) {
                try Self.payload(.amr, unit)
            }
        }
    }

    /// A frame to a packet, of a sample with 47 too.
    @Test(arguments: [(Codec.amr, 160, UInt32(8000)), (.amrWB, 320, 16_000)], [128, 1372])
    func framing(row: (codec: Codec, samples: Int, rate: UInt32), mtu: Int) throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: mtu)
        let format = try SpeechFixture(row.codec).format()
        let framing = try #require(format.sampleFraming(in: layout))
        #expect(framing.maximumFrames == 1 && framing.samplesPerFrame == row.samples)
        #expect(framing.sampleRate.hertz == row.rate)
        let unit = [UInt8](repeating: 0x7C, count: 47)
        #expect(framing.pieces(of: unit).count == 47)
        var packetizer = format.packetizer(layout)
        #expect(throws: PacketizationError.tooLarge(bytes: 2, limit: row.codec == .amr ? 32 : 61)) {
            try Packetized(&packetizer, [0x7C, 0x7C], layout: layout)
        }
    }
}
