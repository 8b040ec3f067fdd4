import MediaCore
import Testing

@testable import RTPPayload

@Suite struct FormatSuccessionTests {
    private static func audio(_ codec: Codec, _ configuration: [UInt8] = [], rate: Int = 48_000, channels: Int = 2)
        -> CodecDescription
    {
        CodecDescription(
            codec: codec, kind: .audio, configuration: configuration, sampleRate: rate, channels: channels)
    }

    private static func h264(_ level: UInt8) -> CodecDescription {
        CodecDescription(
            codec: .h264, kind: .video,
            configuration: [
                0x01, 0x42, 0xC0, level, 0xFF, 0xE1, 0x00, 0x0B, 0x67, 0x42, 0xC0, level, 0xDA, 0x02, 0x80, 0xBF, 0xE5,
                0xC0, 0x44, 0x01, 0x00, 0x04, 0x68, 0xCE, 0x3C, 0x80,
            ], width: 640, height: 360)
    }

    private static let aac = audio(.aac, [0x11, 0x90])

    @Test(
        "what can follow what in one stream",
        arguments: [
            (aac, aac, nil),
            (aac, audio(.aac, [0x11, 0x88], channels: 1), "mpeg4-generic with 1 channels instead of 2"),
            (aac, audio(.aac, [0x12, 0x10], rate: 44_100), "mpeg4-generic at 44100 Hz instead of 48000 Hz"),
            (aac, audio(.opus), "opus instead of mpeg4-generic"),
            (h264(0x1E), h264(0x1F), nil),
            (h264(0x1E), aac, "mpeg4-generic instead of H264"),
            (audio(.mpegAudio), audio(.mpegAudio, rate: 44_100), nil),
            (audio(.pcmu, rate: 8000, channels: 1), audio(.pcma, rate: 8000, channels: 1), "PCMA instead of PCMU"),
        ] as [(CodecDescription, CodecDescription, String?)])
    func table(first: CodecDescription, second: CodecDescription, reason: String?) throws {
        let (first, second) = (try PayloadFormat.make(for: first), try PayloadFormat.make(for: second))
        #expect(second.refusal(toFollow: first) == reason)
        #expect((first.refusal(toFollow: second) == nil) == (reason == nil))
    }

    @Test("AAC of the same rate and channels, told in another configuration, cannot follow")
    func configuration() throws {
        // LC with 960 samples in a frame instead of 1,024.
        let other = try PayloadFormat.make(for: Self.audio(.aac, [0x11, 0x94]))
        #expect(other.refusal(toFollow: try .make(for: Self.aac))?.contains("config") == true)
    }

    @Test("a later H.264 encoder's parameter sets are in band before its first picture")
    func parameterSetsInBand() throws {
        let second = try PayloadFormat.make(for: Self.h264(0x1F))
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = second.makePacketizer(layout: layout, payloadType: 96)
        let unit: [UInt8] = [0, 0, 0, 5, 0x65, 1, 2, 3, 4]
        let packets = try Packetized(&packetizer, unit, layout: layout, payloadType: 96).packets.flatMap { $0 }
        let sps: [UInt8] = [0x67, 0x42, 0xC0, 0x1F]
        #expect((0..<packets.count - 4).contains { packets[$0..<$0 + 4].elementsEqual(sps) })
    }
}
