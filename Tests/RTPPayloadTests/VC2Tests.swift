import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct VC2Tests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
    private static let codec = CodecDescription(codec: .vc2, kind: .video, width: 64, height: 48)

    /// `BBCD`, the code, both offsets.
    private static func unit(_ code: UInt8, _ contents: [UInt8], next: Int? = nil) -> [UInt8] {
        let size = next ?? contents.count + 13
        return Array("BBCD".utf8) + [code] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
            + hex("00000000")
            + contents
    }

    private static func golomb(_ value: Int) -> String {
        let digits = String(value + 1, radix: 2).dropFirst()
        return digits.map { "0\($0)" }.joined() + "1"
    }

    /// Picture 7 of 3 by 2 slices, one byte before each, sizes in twos.
    /// - Parameter lengths: of each component of each slice, in twos.
    private static func picture(_ lengths: [[UInt8]], matrix: Bool = false) -> [UInt8] {
        var bits = [1, 2, 3, 2, 1, 2].map { golomb($0) }.joined() + (matrix ? "1" : "0")
        if matrix { bits += (0...6).map { golomb($0) }.joined() }
        bits += String(repeating: "0", count: (8 - bits.utf8.count % 8) % 8)
        let digits = Array(bits)
        let parameters = stride(from: 0, to: digits.count, by: 8).map { UInt8(String(digits[$0..<$0 + 8]), radix: 2)! }
        let slices = lengths.flatMap { slice -> [UInt8] in
            let components = slice.flatMap { [$0] + [UInt8](repeating: 0x5A, count: 2 * Int($0)) }
            return [0xEE, 9] + components
        }
        return hex("00000007") + parameters + slices
    }

    private static let small = [[UInt8]](repeating: [3, 2, 1], count: 6)

    /// Parse codes and contents by RFC 8450 4: sequence headers as they are, fragments joined to pictures.
    private static func depacketize(_ payloads: [[UInt8]]) throws -> [(code: UInt8, contents: [UInt8])] {
        var units: [(code: UInt8, contents: [UInt8])] = []
        var slice = 0
        for payload in payloads {
            guard payload.count >= 4, payload.prefix(3) == [0, 0, 0] else { throw DepacketizationError("header") }
            guard payload[3] == 0xEC else {
                units.append((payload[3], Array(payload[4...])))
                continue
            }
            let word = { (offset: Int) in Int(payload[offset]) << 8 | Int(payload[offset + 1]) }
            let (length, count) = (word(12), word(14))
            guard word(8) == 1, word(10) == 2 else { throw DepacketizationError("slice sizes") }
            if count == 0 {
                units.append((0xE8, Array(payload[4..<8])))
                slice = 0
            } else {
                guard word(16) == slice % 3, word(18) == slice / 3 else { throw DepacketizationError("slice place") }
            }
            let data = payload[(count == 0 ? 16 : 20)...]
            guard data.count == length, !units.isEmpty else { throw DepacketizationError("length") }
            units[units.count - 1].contents += data
            slice += count
        }
        return units
    }

    @Test(arguments: [false, true]) func headerAndPicture(matrix: Bool) throws {
        let picture = Self.picture(Self.small, matrix: matrix)
        let unit =
            Self.unit(0, hex("0102030405")) + Self.unit(0x20, Array("Lavc".utf8)) + Self.unit(0x30, [0, 0])
            + Self.unit(0xE8, picture)
        let format = try PayloadFormat.make(for: Self.codec, firstUnit: unit)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 vc2/90000")
        #expect(format.sdpMedia(payloadType: 96).fmtp == "96 profile=HQ")
        var packetizer = format.packetizer(layout)
        let made = try Packetized(&packetizer, unit, layout: layout)
        let units = try Self.depacketize(made.payloads)
        #expect(
            units.map(\.code) == [0, 0xE8] && units[0].contents == hex("0102030405") && units[1].contents == picture)
        // 17 bytes a slice, 96 bytes a packet.
        #expect(made.payloads.dropFirst(2).map { $0.count - 20 } == [85, 17])
    }

    /// Slices of 5 to 95 bytes: of those of 47, 49 and 95 fit two, one and one.
    @Test(arguments: [UInt8(0), 7, 20, 21, 22, 45]) func slices(length: UInt8) throws {
        let lengths = [[UInt8]](repeating: [length, 0, 0], count: 6)
        let unit = Self.unit(0xE8, Self.picture(lengths), next: 0)
        var packetizer = try PayloadFormat.make(for: Self.codec, firstUnit: unit).packetizer(layout)
        let made = try Packetized(&packetizer, unit, layout: layout)
        let slice = 5 + 2 * Int(length)
        let perPacket = 96 / slice
        #expect(made.payloads.dropFirst().allSatisfy { ($0.count - 20) % slice == 0 })
        #expect(made.payloads.count == 1 + (6 + perPacket - 1) / perPacket)
        #expect(try Self.depacketize(made.payloads).map(\.contents) == [Self.picture(lengths)])
    }

    @Test func sliceLargerThanAPacket() throws {
        let unit = Self.unit(0xE8, Self.picture([[UInt8]](repeating: [46, 0, 0], count: 6)))
        var packetizer = try PayloadFormat.make(for: Self.codec, firstUnit: unit).packetizer(layout)
        #expect(throws: PacketizationError.malformed("VC-2 slice larger than a packet", offset: 7)) {
            try Packetized(&packetizer, unit, layout: layout)
        }
    }

    private static let refused: [(unit: [UInt8], reason: String)] = [
        ([], "VC-2 without a picture of the HQ profile"), (hex("00000001"), "no VC-2 data unit"),
        (unit(0, [1, 2]), "VC-2 without a picture of the HQ profile"),
        (unit(0xC8, [1, 2]), "VC-2 of a profile other than HQ"),
        (unit(0x0C, [1, 2]), "VC-2 of a profile other than HQ"),
        (unit(0xE8, [1, 2]), "VC-2 picture cut short"),
        (unit(0xE8, hex("00000007 00000000 00000000")), "damaged VC-2 transform parameters"),
        (unit(0xE8, [1, 2], next: 20), "VC-2 data unit of 20 bytes beyond the unit's end"),
        (unit(0xE8, [1, 2], next: 12), "VC-2 data unit of 12 bytes beyond the unit's end"),
    ]

    @Test(arguments: refused.indices) func refusals(index: Int) {
        #expect(throws: PayloadFormatError(Self.refused[index].reason)) {
            try PayloadFormat.make(for: Self.codec, firstUnit: Self.refused[index].unit)
        }
    }

    @Test(arguments: 0..<40) func whateverComes(seed: UInt64) throws {
        var random = TestRandom(seed)
        let picture = Self.picture((0..<6).map { _ in random.bytes(3).map { $0 & 7 } })
        let whole = Self.unit(0, random.bytes(9)) + Self.unit(0xE8, picture) + Self.unit(0x10, [])
        var packetizer = try PayloadFormat.make(for: Self.codec, firstUnit: whole).packetizer(layout)
        let units = try Self.depacketize(Packetized(&packetizer, whole, layout: layout).payloads)
        #expect(units.map(\.code) == [0, 0xE8, 0x10] && units[1].contents == picture)
        for _ in 0..<30 {
            var unit = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !unit.isEmpty {
                unit[Int.random(in: 0..<unit.count, using: &random)] = random.bytes(1)[0]
            }
            _ = try? Packetized(&packetizer, unit, layout: layout)
            _ = try? PayloadFormat.make(for: Self.codec, firstUnit: unit)
        }
    }
}
