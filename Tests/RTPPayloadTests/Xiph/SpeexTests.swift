import MediaCore
import RTPPayload
import Testing

@Suite struct SpeexTests {
    static func header(
        rate: UInt32 = 8000, channels: UInt8 = 1, frameSize: UInt8 = 160, isVariable: Bool = false, frames: UInt8 = 1
    ) -> [UInt8] {
        var header = Array("Speex   1.2.1".utf8) + [UInt8](repeating: 0, count: 67)
        for index in 0..<4 { header[36 + index] = UInt8(truncatingIfNeeded: rate >> UInt32(8 * index)) }
        (header[48], header[56], header[60], header[64]) = (channels, frameSize, isVariable ? 1 : 0, frames)
        return header
    }

    private static func format(_ configuration: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: .speex, kind: .audio, configuration: configuration, sampleRate: 8000, channels: 1))
    }

    @Test func attributes() throws {
        let mono = try Self.format(Self.header()).sdpMedia(payloadType: 97)
        #expect(mono.rtpmap == "97 speex/8000/1" && mono.fmtp == "97 vbr=off")
        let stereo = try Self.format(Self.header(rate: 32_000, channels: 2, isVariable: true))
        #expect(stereo.sdpMedia(payloadType: 97).rtpmap == "97 speex/32000/2")
        #expect(stereo.sdpMedia(payloadType: 97).fmtp == "97 vbr=on")
    }

    @Test func refusals() {
        for header in [[], Array(Self.header().dropLast()), Self.header(channels: 3), Self.header(frameSize: 0)] {
            #expect(throws: PayloadFormatError("Speex without its header")) { try Self.format(header) }
        }
        #expect(throws: PayloadFormatError("Speex at 11025 Hz: RFC 5574 carries 8, 16 and 32 kHz")) {
            try Self.format(Self.header(rate: 11_025))
        }
    }

    /// Two frames in each unit.
    @Test func ffmpeg() throws {
        let golden = try GoldenFile("speex-ffmpeg")
        let format = try Self.format(golden.configuration)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: golden.mtu)
        var packetizer = format.packetizer(layout)
        let ours = try golden.units.flatMap {
            try Packetized(&packetizer, $0.bytes, layout: layout, markers: .none).payloads
        }
        #expect(ours.count >= 5 && ours == golden.packets.map { Array($0[12...]) })
        #expect(golden.descriptions[0] == "a=rtpmap:97 speex/16000")
        #expect(format.clockRate.hertz == 16_000)
    }
}
