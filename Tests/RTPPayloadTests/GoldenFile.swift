import ByteFixtures
import Foundation
import MediaCore
import RTPPayload

/// A recording of another implementation's packets: see Golden/README.md.
struct GoldenFile {
    var mtu = 0
    var descriptions: [String] = []
    var configuration: [UInt8] = []
    var units: [(bytes: [UInt8], isRandomAccessPoint: Bool)] = []
    var packets: [[UInt8]] = []

    init(_ name: String) throws {
        guard let url = Bundle.module.url(forResource: name, withExtension: "hex", subdirectory: "Golden") else {
            throw CocoaError(.fileNoSuchFile)
        }
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let value = String(line.drop { $0 != " " }.dropFirst())
            switch line.prefix(while: { $0 != " " }) {
            case "mtu": mtu = Int(value) ?? 0
            case "sdp", "caps": descriptions.append(value)
            case "configuration": configuration = hex(value)
            case "unit": units.append((hex(value), false))
            case "key": units.append((hex(value), true))
            case "packet": packets.append(hex(value))
            default: break
            }
        }
    }

    var codec: CodecDescription {
        configuration.count > 5
            ? CodecDescription(codec: .h264, kind: .video, configuration: configuration)
            : CodecDescription(codec: .aac, kind: .audio, configuration: configuration, sampleRate: 44_100, channels: 2)
    }
}

extension GoldenFile {
    /// The format of a recorded video track.
    func format(_ codec: Codec) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: codec, kind: .video, configuration: configuration),
            firstUnit: units.first?.bytes ?? [])
    }

    /// Our packets for the recording's units.
    func packetize(_ codec: Codec, prefix: Int = 0) throws -> [Packetized] {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: mtu)
        var packetizer = try format(codec).packetizer(layout)
        return try units.map { try Packetized(&packetizer, $0.bytes, key: $0.isRandomAccessPoint, layout: layout) }
    }

    /// Marker, payload type and payload: what is not the sender's own choice.
    static func comparable(_ packet: [UInt8]) -> [UInt8] { [packet[1]] + packet[12...] }
}
