import ByteFixtures
import MediaCore
import RTPPayload

/// Headers of Vorbis and Theora streams as containers store them.
enum XiphStreams {
    /// Vorbis I 4.2.2: channels, Hz, blocks of 256 and 2048.
    static func vorbisIdentification(channels: UInt8 = 2, rate: String = "44AC0000") -> [UInt8] {
        hex("01766F72626973 00000000") + [channels] + hex(rate) + hex("00000000 00000000 00000000 B8 01")
    }

    /// Theora 6.2: 20 x 15 macroblocks, 318 x 238 pixels, 25/1.
    static func theoraIdentification(pixelFormat: UInt8 = 0) -> [UInt8] {
        hex("807468656F7261 030201 0014 000F 00013E 0000EE 01 01 00000019 00000001 000001 000001 00 000000 C0")
            + [pixelFormat << 3]
    }

    static func laced(_ headers: [[UInt8]]) -> [UInt8] {
        let sizes = headers.dropLast().flatMap {
            [UInt8](repeating: 255, count: $0.count / 255) + [UInt8($0.count % 255)]
        }
        return [UInt8(headers.count - 1)] + sizes + headers.joined()
    }

    static func vorbis(_ headers: [[UInt8]]) -> CodecDescription {
        CodecDescription(
            codec: .vorbis, kind: .audio, configuration: laced(headers), sampleRate: 44_100, channels: 2)
    }

    static func theora(_ headers: [[UInt8]]) -> CodecDescription {
        CodecDescription(
            codec: .theora, kind: .video, configuration: laced(headers), width: 318, height: 238)
    }
}

/// The codec's packet in the payloads of one unit, RFC 5215 2.2, and its Ident.
func depacketizeXiph(_ payloads: [[UInt8]]) throws -> (unit: [UInt8], identifier: [UInt8]) {
    var unit: [UInt8] = []
    for (index, payload) in payloads.enumerated() {
        guard payload.count >= 6, payload[0..<3] == payloads[0][0..<3] else { throw DepacketizationError("Ident") }
        let fragment = payloads.count == 1 ? 0 : index == 0 ? 1 : index == payloads.count - 1 ? 3 : 2
        guard payload[3] == UInt8(fragment << 6 | (fragment == 0 ? 1 : 0)) else {
            throw DepacketizationError("F, DT or number of packets")
        }
        guard Int(payload[4]) << 8 | Int(payload[5]) == payload.count - 6 else { throw DepacketizationError("length") }
        unit += payload[6...]
    }
    return (unit, Array(payloads[0][0..<3]))
}
