import ByteFixtures
import Foundation
import MediaCore

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
