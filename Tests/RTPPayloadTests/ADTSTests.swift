import ByteFixtures
import MediaCore
import Testing

@testable import RTPPayload

@Suite struct ADTSTests {
    /// `bytes` after the header that belongs to them.
    private static func unit(
        profile: UInt8 = 1, rate: UInt8 = 4, channels: UInt8 = 2, isProtected: Bool = false, blocks: UInt8 = 1,
        _ bytes: [UInt8]
    ) -> [UInt8] {
        let length = bytes.count + (isProtected ? 9 : 7)
        let header: [UInt8] = [
            0xFF, isProtected ? 0xF0 : 0xF1, profile << 6 | rate << 2 | channels >> 2,
            channels << 6 | UInt8(length >> 11), UInt8(length >> 3 & 255), UInt8(length & 7) << 5 | 0x1F,
            0xFC | (blocks - 1),
        ]
        return header + (isProtected ? [0xAB, 0xCD] : []) + bytes
    }

    private static func format(_ configuration: String, _ firstUnit: [UInt8]) throws(PayloadFormatError)
        -> PayloadFormat
    {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: .aac, kind: .audio, configuration: hex(configuration), sampleRate: 44_100, channels: 2),
            firstUnit: firstUnit)
    }

    private static let configurations: [(profile: UInt8, rate: UInt8, channels: UInt8, config: String, level: String)] =
        [
            (1, 4, 2, "1210", "41"),  // LC, 44.1 kHz, stereo: level 2
            (1, 7, 1, "1388", "40"),  // LC, 22.05 kHz, mono: level 1
            (0, 3, 6, "09B0", "2"),  // Main, 48 kHz, 5.1
            (3, 4, 1, "2208", "1"),  // LTP
            (1, 3, 7, "11B8", "254"),  // 7.1: beyond every level
        ]

    @Test(arguments: configurations)
    func configuration(row: (profile: UInt8, rate: UInt8, channels: UInt8, config: String, level: String)) throws {
        let unit = Self.unit(profile: row.profile, rate: row.rate, channels: row.channels, [0x21, 1, 2])
        let format = try Self.format("", unit)
        #expect(format.fmtp.contains(FormatParameter("config", row.config)))
        #expect(format.fmtp.contains(FormatParameter("profile-level-id", row.level)))
        #expect(format.channels == (row.channels == 7 ? 8 : Int(row.channels)))
    }

    @Test(arguments: [false, true]) func headersAreRemoved(isProtected: Bool) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 200)
        var random = TestRandom(3)
        let first = Self.unit(isProtected: isProtected, [0x21, 1, 2])
        for format in [try Self.format("", first), try Self.format("1210", first)] {
            var packetizer = format.packetizer(layout)
            for size in [1, 2, 183, 184, 185, 369, 8182] {
                let bytes = random.bytes(size)
                let made = try Packetized(&packetizer, Self.unit(isProtected: isProtected, bytes), layout: layout)
                #expect(try depacketizeAAC(made.payloads) == bytes)
            }
        }
    }

    /// Units of a track that has a configuration are sent as they are, whatever they begin with.
    @Test func rawUnitsStay() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 200)
        var packetizer = try Self.format("1210", []).packetizer(layout)
        for unit in [[0xFF], [0xFF, 0xF1, 0x50, 0x80, 0x02, 0x1F, 0xFC, 1, 2, 3], [0x21, 2]] as [[UInt8]] {
            #expect(try depacketizeAAC(Packetized(&packetizer, unit, layout: layout).payloads) == unit)
        }
    }

    @Test func damagedUnits() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 200)
        let whole = Self.unit([1, 2, 3])
        var packetizer = try Self.format("", whole).packetizer(layout)
        let refused: [(unit: [UInt8], error: PacketizationError)] = [
            ([], .malformed("no ADTS header", offset: 0)),
            ([0x21, 1, 2, 3, 4, 5, 6, 7], .malformed("no ADTS header", offset: 0)),
            (Self.unit(rate: 13, [1]), .malformed("no ADTS header", offset: 0)),
            (Self.unit([]), .malformed("no ADTS header", offset: 0)),
            (whole + [0], .malformed("ADTS frame of 10 bytes in a unit of 11", offset: 3)),
            (Array(whole.dropLast()), .malformed("ADTS frame of 10 bytes in a unit of 9", offset: 3)),
            (Self.unit(blocks: 2, [1]), .malformed("several AAC frames under one ADTS header", offset: 6)),
        ]
        for (unit, error) in refused {
            #expect(throws: error) { try Packetized(&packetizer, unit, layout: layout) }
        }
    }

    @Test func refusals() {
        let refused: [(unit: [UInt8], reason: String)] = [
            ([], "AAC without an AudioSpecificConfig"),
            ([0x21, 1, 2, 3, 4, 5, 6, 7], "AAC without an AudioSpecificConfig"),
            (Self.unit([1, 2]) + [0], "AAC without an AudioSpecificConfig"),
            (Self.unit(blocks: 4, [1]), "AAC with several frames under one ADTS header"),
            (Self.unit(channels: 0, [0x21, 1, 2]), "AAC without a channel configuration"),
            (Self.unit(channels: 0, [0xA0, 0x0A, 0x7F]), "AAC without a channel configuration"),
        ]
        for (unit, reason) in refused {
            #expect(throws: PayloadFormatError(reason)) { try Self.format("", unit) }
        }
    }

    /// A program config element of one front pair and one for low frequencies, a comment of two bytes. In the frame it begins after 3 bits,
    /// in the configuration after 16; each is aligned on its own.
    @Test func programConfigElement() throws {
        let bits = "0000 01 0100  0001 0000 0000 01 000 0000  0 0 0  1 0000  0000"
        let element = bits.filter { $0 != " " }
        let inUnit = Self.bytes("101" + element) + [2, 0x41, 0x42, 0xDE, 0x02]
        let config = Self.bytes("00010 0100 0000 000".filter { $0 != " " } + element) + [2, 0x41, 0x42]
        let format = try Self.format("", Self.unit(channels: 0, inUnit))
        #expect(format.fmtp.contains(FormatParameter("config", hexadecimal(config))))
        #expect(format.channels == 3)
    }

    private static func bytes(_ bits: String) -> [UInt8] {
        let padded = bits + String(repeating: "0", count: (8 - bits.count % 8) % 8)
        return stride(from: 0, to: padded.count, by: 8).map { UInt8(padded.dropFirst($0).prefix(8), radix: 2)! }
    }
}
