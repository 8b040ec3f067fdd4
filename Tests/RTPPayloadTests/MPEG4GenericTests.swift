import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MPEG4GenericTests {
    private static func format(_ configuration: String, channels: Int = 2) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: .aac, kind: .audio, configuration: hex(configuration), sampleRate: 44_100, channels: channels))
    }

    @Test func attributes() throws {
        let format = try Self.format("1210")
        #expect(format.mediaType == "audio" && format.channels == 2 && format.clockRate.hertz == 44_100)
        let media = format.sdpMedia(payloadType: 96)
        #expect(media.rtpmap == "96 mpeg4-generic/44100/2")
        #expect(
            media.fmtp
                == "96 streamtype=5;profile-level-id=41;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1210"
        )
    }

    /// HE-AAC v2, hierarchical: core 22,050 Hz mono.
    @Test func coreRateAndChannels() throws {
        let media = try Self.format("EB8A0800").sdpMedia(payloadType: 96)
        #expect(media.rtpmap == "96 mpeg4-generic/22050/1")
        #expect(media.fmtp?.contains("profile-level-id=48;") == true)
    }

    @Test(arguments: [128, 200, 1372, 9000], [0, 4]) func sizesAroundTheLimit(mtu: Int, prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: mtu)
        var packetizer = try Self.format("1210").makePacketizer(layout: layout, payloadType: 96)
        var random = TestRandom(UInt64(mtu))
        let limit = mtu - 16
        for size in [1, limit - 1, limit, limit + 1, 2 * limit - 1, 2 * limit, 2 * limit + 1, 8190, 8191]
        where size <= 8191 {
            let unit = random.bytes(size)
            let made = try Packetized(&packetizer, unit, key: true, layout: layout)
            #expect(made.packets.count == (size + limit - 1) / limit)
            #expect(made.runs.count == 1)
            #expect(try depacketizeAAC(made.payloads) == unit)
        }
        #expect(throws: PacketizationError.tooLarge(bytes: 8192, limit: 8191)) {
            try Packetized(&packetizer, random.bytes(8192), layout: layout)
        }
        #expect(throws: PacketizationError.malformed("empty access unit", offset: 0)) {
            try Packetized(&packetizer, [], layout: layout)
        }
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, random.bytes(300), layout: layout, capacity: 300)
        }
    }
}
