import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct PCMTests {
    static func format(
        _ codec: Codec, rate: Int = 48_000, channels: Int = 2
    ) throws(PayloadFormatError) -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: codec, kind: .audio, sampleRate: rate, channels: channels))
    }

    static func linear(_ number: PCMFormat.Number, _ bits: Int, big: Bool = false) -> PCMFormat {
        PCMFormat(number, bits: bits, isBigEndian: big)
    }

    private static let descriptions: [(codec: Codec, rate: Int, channels: Int, rtpmap: String, staticType: UInt8?)] = [
        (.pcm(linear(.unsigned, 8)), 8000, 1, "L16/8000/1", nil),
        (.pcm(linear(.signed, 8)), 44_100, 2, "L16/44100/2", 10),
        (.pcm(linear(.signed, 16)), 44_100, 1, "L16/44100/1", 11),
        (.pcm(linear(.unsigned, 16)), 48_000, 6, "L16/48000/6", nil),
        (.pcm(linear(.signed, 24, big: true)), 44_100, 2, "L24/44100/2", nil),
        (.pcmu, 8000, 1, "PCMU/8000/1", 0),
        (.pcma, 8000, 1, "PCMA/8000/1", 8),
        (.pcmu, 8012, 1, "PCMU/8012/1", nil),
        (.pcma, 8000, 2, "L16/8000/2", nil),
    ]

    @Test(arguments: descriptions)
    func attributes(row: (codec: Codec, rate: Int, channels: Int, rtpmap: String, staticType: UInt8?)) throws {
        let format = try Self.format(row.codec, rate: row.rate, channels: row.channels)
        #expect(format.mediaType == "audio" && format.staticPayloadType == row.staticType)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 \(row.rtpmap)")
        let isExpanded = row.codec == .pcma && row.channels == 2
        #expect(format.note == (isExpanded ? "G.711 A-law expanded to 16 bits, exactly" : nil))
    }

    @Test func eightBitSamplesAsTheyAre() throws {
        let codec = CodecDescription(codec: .other(""), kind: .audio, sampleRate: 8000, channels: 1)
        let format = try PayloadFormat.linearAudio(codec, Self.linear(.unsigned, 8), eightBit: .asTheyAre)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 L8/8000/1")
    }

    @Test(arguments: [(PCMFormat.Number.signed, 32), (.unsigned, 32), (.signed, 64), (.float, 32), (.float, 64)])
    func roundingIsNoted(number: PCMFormat.Number, bits: Int) throws {
        let format = try Self.format(.pcm(Self.linear(number, bits)))
        #expect(format.encodingName == "L24")
        #expect(format.note == "PCM \(bits)-bit \(number) little-endian rounded to 24 bits")
    }

    @Test func refusals() {
        #expect(throws: PayloadFormatError("no RTP payload format for PCM 16-bit float little-endian")) {
            try Self.format(.pcm(Self.linear(.float, 16)))
        }
        #expect(throws: PayloadFormatError("PCM with 59 channels; 1 to 58 can be sent")) {
            try Self.format(.pcm(Self.linear(.signed, 16)), channels: 59)
        }
        #expect(throws: PayloadFormatError("PCM with 0 channels; 1 to 58 can be sent")) {
            try Self.format(.pcmu, channels: 0)
        }
        for rate in [0, -1, Int.max] {
            #expect(throws: PayloadFormatError("PCM with a sampling rate of \(rate)")) {
                try Self.format(.pcmu, rate: rate, channels: 1)
            }
        }
    }

    /// 20 ms, or what fits.
    @Test func framing() throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: 1372)
        let framing = { (format: PayloadFormat) in format.sampleFraming(in: layout) }
        let telephone = try #require(framing(Self.format(.pcmu, rate: 8000, channels: 1)))
        #expect(telephone.maximumFrames == 160 && telephone.size == .constant(1))
        #expect(telephone.sampleRate.hertz == 8000)
        let surround = try #require(framing(Self.format(.pcm(Self.linear(.float, 64)), channels: 6)))
        #expect(surround.maximumFrames == 1360 / 18 && surround.size == .constant(48))
        let slow = try #require(framing(Self.format(.pcm(Self.linear(.unsigned, 8)), rate: 10, channels: 1)))
        #expect(slow.maximumFrames == 1)
        let widest = try Self.format(.pcm(Self.linear(.signed, 24)), channels: 38)
        #expect(widest.sampleFraming(in: PacketLayout(prefix: 0, maximumPacketSize: 128))?.maximumFrames == 1)
        let aac = CodecDescription(codec: .aac, kind: .audio, configuration: [0x12, 0x10], channels: 2)
        #expect(try framing(PayloadFormat.make(for: aac)) == nil)
    }

    @Test func sizesAroundTheLimit() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try Self.format(.pcm(Self.linear(.signed, 24, big: true))).packetizer(layout)
        var random = TestRandom(1)
        for frames in [1, 18, 19] {
            let unit = random.bytes(6 * frames)
            #expect(try Packetized(&packetizer, unit, layout: layout, markers: .none).payloads == [unit])
            let trailing = try Packetized(&packetizer, unit + [1, 2, 3, 4, 5], layout: layout, markers: .none)
            #expect(trailing.payloads == [unit], "half a frame is dropped")
        }
        #expect(throws: PacketizationError.tooLarge(bytes: 120, limit: 114)) {
            try Packetized(&packetizer, random.bytes(120), layout: layout)
        }
        #expect(throws: PacketizationError.malformed("not one sample of every channel", offset: 0)) {
            try Packetized(&packetizer, random.bytes(5), layout: layout)
        }
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, random.bytes(6), layout: layout, capacity: 17)
        }
    }
}
