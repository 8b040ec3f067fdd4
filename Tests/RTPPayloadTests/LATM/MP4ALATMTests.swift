import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MP4ALATMTests {
    private static let codec = CodecDescription(codec: .latm, kind: .audio, sampleRate: 44_100, channels: 2)

    private static func format(_ unit: [UInt8]) throws -> PayloadFormat {
        try PayloadFormat.make(for: codec, firstUnit: unit, isNative: true)
    }

    /// The frame in the payloads of one timestamp: RFC 6416 6.1, ISO/IEC 14496-3 table 1.44.
    private static func depacketize(_ payloads: [[UInt8]]) throws -> [UInt8] {
        var element = Array(payloads.joined())[...]
        var length = 0
        while true {
            guard let part = element.popFirst() else { throw DepacketizationError("length cut short") }
            length += Int(part)
            if part < 255 { break }
        }
        guard length == element.count else { throw DepacketizationError("\(length) of \(element.count)") }
        return Array(element)
    }

    /// Bits as zeros and ones, spaces between them: a unit, or a configuration.
    private static func bytes(_ bits: String) -> [UInt8] {
        let bits = bits.filter { $0 != " " }.map { $0 == "1" ? UInt8(1) : 0 }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(0) { $0 << 1 | (start + $1 < bits.count ? bits[start + $1] : 0) }
        }
    }

    @Test func everyPacketEquals() throws {
        let golden = try GoldenFile("latm-ffmpeg-native")
        let format = try Self.format(golden.units[0].bytes)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: golden.mtu)
        var packetizer = format.packetizer(layout)
        let ours = try golden.units.flatMap { try Packetized(&packetizer, $0.bytes, layout: layout).packets }
        #expect(ours.count > golden.units.count && golden.units.count > 20)
        #expect(ours.map { [$0[1] & 0x80] + $0[12...] } == golden.packets.map { [$0[1] & 0x80] + $0[12...] })
        let media = format.sdpMedia(payloadType: 97)
        #expect("a=rtpmap:\(media.rtpmap)" == golden.descriptions[0])
        #expect("a=fmtp:\(media.fmtp ?? "")".lowercased() == golden.descriptions[1])
    }

    /// Syncword, length, useSameStreamMux, what precedes the AudioSpecificConfig, what follows it, a length of 2 and two bytes.
    private static func unit(_ before: String, _ configuration: String) -> [UInt8] {
        bytes("01010110111 0000000010000 0 \(before) \(configuration) 000 11111111 0 0 00000010 10101010 11001100")
    }

    private static let version0 = "0 1 000000 0000 000"
    /// audioMuxVersionA, taraBufferFullness; then the configuration's length.
    private static func version1(length: String) -> String { "1 0 00 11111111 1 000000 0000 000 00 \(length)" }
    private static let lowComplexity = "00010 0100 0010 0 0 0"
    /// SBR in explicit hierarchy: 24 kHz within, 48 kHz put out.
    private static let highEfficiency = "00101 0110 0010 0011 00010 0 0 0"
    /// In a backward compatible extension.
    private static let compatible = "00010 0110 0010 0 0 0 01010110111 00101 1 0011"

    private static let configurations: [(unit: [UInt8], rtpmap: String, config: String)] = [
        (unit(version0, lowComplexity), "97 MP4A-LATM/44100/2", "400024203FC0"),
        (unit(version1(length: "00010000"), lowComplexity), "97 MP4A-LATM/44100/2", "400024203FC0"),
        // 010000000000000 | 00101 0110 0010 0011 00010 000 | 000 11111111 00
        (unit(version0, highEfficiency), "97 MP4A-LATM/48000/2", "40005623101FE0"),
        // Version 0 has no room for the extension: a decoder finds SBR in the frames.
        (unit(version1(length: "00100101"), compatible), "97 MP4A-LATM/24000/2", "400026203FC0"),
    ]

    @Test(arguments: configurations.indices) func attributes(index: Int) throws {
        let row = Self.configurations[index]
        let format = try Self.format(row.unit)
        #expect(format.sdpMedia(payloadType: 97).rtpmap == row.rtpmap)
        #expect(format.fmtp.map(\.name) == ["profile-level-id", "cpresent", "config"])
        #expect(format.fmtp[1].value == "0" && format.fmtp[2].value.uppercased() == row.config)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = format.packetizer(layout)
        #expect(try Packetized(&packetizer, row.unit, layout: layout).payloads == [hex("02 AA CC")])
    }

    /// An element with the last configuration, and a frame of a size.
    private static func element(_ frame: [UInt8]) -> [UInt8] {
        var bits = "01010110111 0000000010000 1" + String(repeating: "1", count: 8 * (frame.count / 255))
        for byte in [UInt8(frame.count % 255)] + frame {
            let digits = String(byte, radix: 2)
            bits += String(repeating: "0", count: 8 - digits.count) + digits
        }
        return bytes(bits)
    }

    /// The length itself is 1, 2 or 3 bytes; packets hold 116.
    @Test(arguments: [(1, 1), (115, 1), (116, 2), (231, 2), (232, 3), (254, 3), (255, 3), (346, 3), (347, 4), (510, 5)])
    func sizes(size: Int, packets: Int) throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: 128)
        var packetizer = try Self.format(Self.configurations[0].unit).packetizer(layout)
        let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let payloads = try Packetized(&packetizer, Self.element(frame), layout: layout).payloads
        #expect(payloads.count == packets)
        #expect(try Self.depacketize(payloads) == frame)
    }

    @Test func refusals() throws {
        #expect(throws: PayloadFormatError("LATM of several programmes, layers or frames in an element")) {
            try Self.format(Self.unit("0 1 000001 0000 000", Self.lowComplexity))
        }
        #expect(throws: PayloadFormatError("LATM without a StreamMuxConfig")) { try Self.format(Self.element([1, 2])) }
        #expect(throws: PayloadFormatError("LATM element cut off")) { try Self.format([]) }
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try Self.format(Self.configurations[0].unit).packetizer(layout)
        #expect(throws: PacketizationError.malformed("empty access unit", offset: 0)) {
            try Packetized(&packetizer, Self.element([]), layout: layout)
        }
    }

    @Test(arguments: 0..<40) func whateverComes(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        let whole = try GoldenFile("latm-ffmpeg-native").units.map(\.bytes)
        var packetizer = try Self.format(whole[0]).packetizer(layout)
        for _ in 0..<40 {
            let unit = random.damaged(whole.randomElement(using: &random)!)
            if let made = try? Packetized(&packetizer, unit, layout: layout) {
                #expect(try Self.depacketize(made.payloads).count < unit.count)
            }
            _ = try? Self.format(unit)
        }
    }
}
