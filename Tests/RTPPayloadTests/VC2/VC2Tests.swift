import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct VC2Tests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
    private static let codec = CodecDescription(codec: .vc2, kind: .video, width: 64, height: 48)

    private static let small = [[UInt8]](repeating: [3, 2, 1], count: 6)

    private static func packetizer(_ unit: [UInt8], _ layout: PacketLayout) throws -> Packetizer {
        try PayloadFormat.make(for: codec, firstUnit: unit).packetizer(layout)
    }

    /// Markers are the last packet's of each picture, RFC 8450 4.1.
    private func packetize(_ packetizer: inout Packetizer, _ unit: [UInt8]) throws -> [VC2Part] {
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .any)
        return try depacketizeVC2(made.packets)
    }

    @Test(arguments: [(matrix: false, version: 2), (true, 2), (false, 3), (true, 3)])
    func headerAndPicture(matrix: Bool, version: Int) throws {
        let header = VC2Stream.sequenceHeader(version: version)
        let picture = VC2Stream.picture(Self.small, matrix: matrix, version: version)
        let unit =
            VC2Stream.unit(0, header) + VC2Stream.unit(0x20, Array("Lavc".utf8)) + VC2Stream.unit(0x30, [0, 0])
            + VC2Stream.unit(0xE8, picture) + VC2Stream.unit(0x10, [], next: 0)
        let format = try PayloadFormat.make(for: Self.codec, firstUnit: unit)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 vc2/90000")
        #expect(format.sdpMedia(payloadType: 96).fmtp == "96 profile=HQ")
        var packetizer = format.packetizer(layout)
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .any)
        // 17 bytes a slice, 96 bytes a packet.
        #expect(made.payloads.map(\.count)[2...] == [85 + 20, 17 + 20, 4])
        #expect(made.packets.map { $0[1] & 0x80 != 0 } == [false, false, false, true, false])
        let parts = try depacketizeVC2(made.packets)
        #expect(parts.map(\.code) == [0, 0xE8, 0x10])
        #expect(parts[0].contents == header && parts[1].contents == picture && parts[1].flags == 0)
    }

    /// Two fields in one unit, as an encoder writes them: each ends its own sequence.
    @Test func fields() throws {
        let header = VC2Stream.sequenceHeader(codesFields: true)
        let pictures = [6, 7].map { VC2Stream.picture(Self.small, number: $0) }
        let unit = pictures.flatMap {
            VC2Stream.unit(0, header) + VC2Stream.unit(0xE8, $0) + VC2Stream.unit(0x10, [], next: 0)
        }
        var packetizer = try Self.packetizer(unit, layout)
        let parts = try packetize(&packetizer, unit)
        #expect(parts.map(\.code) == [0, 0xE8, 0x10, 0, 0xE8, 0x10])
        #expect([1, 4].map { parts[$0].contents } == pictures)
        // I, then I and F; neither in packets of other data units.
        #expect(parts.map(\.flags) == [0, 2, 0, 0, 3, 0])
    }

    /// Picture numbers count frames too where a picture is a frame.
    @Test(arguments: VC2Stream.customHeaders) func fieldsAreNotGuessed(header: [UInt8], codesFields: Bool) throws {
        let unit = VC2Stream.unit(0, header) + VC2Stream.unit(0xE8, VC2Stream.picture(Self.small, number: 7))
        var packetizer = try Self.packetizer(unit, layout)
        #expect(try packetize(&packetizer, unit)[1].flags == (codesFields ? 3 : 0))
    }

    @Test func aPictureWithoutAHeaderGetsTheLastOne() throws {
        let headers = [false, true].map { VC2Stream.sequenceHeader(codesFields: $0) }
        let picture = VC2Stream.unit(0xE8, VC2Stream.picture(Self.small))
        let units = headers.map { VC2Stream.unit(0, $0) + picture }
        var packetizer = try Self.packetizer(units[0], layout)
        for (unit, header) in [(picture, 0), (units[1], 1), (picture, 1), (picture + picture, 1), (units[0], 0)] {
            let parts = try packetize(&packetizer, unit)
            #expect(parts[0].code == 0 && parts[0].contents == headers[header])
            #expect(parts.count == 1 + unit.count / picture.count)
            #expect(parts[1].flags == (header == 1 ? 3 : 0))
        }
    }

    /// Slices of 5 to 95 bytes: of those of 47, 49 and 95 fit two, one and one.
    @Test(arguments: [UInt8(0), 7, 20, 21, 22, 45]) func slices(length: UInt8) throws {
        let lengths = [[UInt8]](repeating: [length, 0, 0], count: 6)
        let header = VC2Stream.unit(0, VC2Stream.sequenceHeader())
        let unit = header + VC2Stream.unit(0xE8, VC2Stream.picture(lengths), next: 0)
        var packetizer = try Self.packetizer(unit, layout)
        let made = try Packetized(&packetizer, unit, layout: layout)
        let slice = 5 + 2 * Int(length)
        let perPacket = 96 / slice
        #expect(made.payloads.dropFirst(2).allSatisfy { ($0.count - 20) % slice == 0 })
        #expect(made.payloads.count == 2 + (6 + perPacket - 1) / perPacket)
        #expect(try depacketizeVC2(made.packets)[1].contents == VC2Stream.picture(lengths))
    }

    @Test func sliceLargerThanAPacket() throws {
        let header = VC2Stream.unit(0, VC2Stream.sequenceHeader())
        let unit = header + VC2Stream.unit(0xE8, VC2Stream.picture([[UInt8]](repeating: [46, 0, 0], count: 6)))
        var packetizer = try Self.packetizer(unit, layout)
        #expect(throws: PacketizationError.malformed("VC-2 slice larger than a packet", offset: 7)) {
            try Packetized(&packetizer, unit, layout: layout)
        }
        // 5 + 2 * (255 + 255 + 157) bytes fill a packet of 1372; two bytes more do not fit.
        for (last, isServed) in [(UInt8(157), true), (158, false)] {
            let large = VC2Stream.picture([[UInt8]](repeating: [255, 255, last], count: 6))
            let format = try? PayloadFormat.make(for: Self.codec, firstUnit: header + VC2Stream.unit(0xE8, large))
            #expect((format != nil) == isServed)
        }
    }

    private static let refused: [(unit: [UInt8], reason: String)] = [
        ([], "VC-2 without a picture of the HQ profile"), (hex("00000001"), "no VC-2 data unit"),
        (VC2Stream.unit(0, [1, 2]), "VC-2 without a picture of the HQ profile"),
        (VC2Stream.unit(0xE8, VC2Stream.picture(small)), "VC-2 without a sequence header"),
        // Low delay; a core syntax picture of Dirac.
        (VC2Stream.unit(0xC8, [1, 2]), "Dirac, or VC-2 of a profile other than HQ"),
        (VC2Stream.unit(0x0C, [1, 2]), "Dirac, or VC-2 of a profile other than HQ"),
        (VC2Stream.unit(0xE8, [1, 2]), "VC-2 picture cut short"),
        (VC2Stream.unit(0xE8, hex("00000007 00000000 00000000")), "damaged VC-2 transform parameters"),
        (VC2Stream.unit(0xE8, [1, 2], next: 20), "VC-2 data unit of 20 bytes beyond the unit's end"),
        (VC2Stream.unit(0xE8, [1, 2], next: 12), "VC-2 data unit of 12 bytes beyond the unit's end"),
    ]

    @Test(arguments: refused.indices) func refusals(index: Int) {
        #expect(throws: PayloadFormatError(Self.refused[index].reason)) {
            try PayloadFormat.make(for: Self.codec, firstUnit: Self.refused[index].unit)
        }
    }

    @Test func nothingToSend() throws {
        let whole = VC2Stream.unit(0, VC2Stream.sequenceHeader()) + VC2Stream.unit(0xE8, VC2Stream.picture(Self.small))
        var packetizer = try Self.packetizer(whole, layout)
        for unit in [[], VC2Stream.unit(0x20, [1])] {
            #expect(throws: PacketizationError.malformed("no VC-2 data unit that can be sent", offset: 0)) {
                try Packetized(&packetizer, unit, layout: layout)
            }
        }
    }

    /// FFmpeg cuts pictures at any byte; headers, picture numbers, slice sizes and markers are the same, and so are the pictures.
    @Test func whatFFmpegSends() throws {
        let golden = try GoldenFile("vc2-ffmpeg")
        let layout = PacketLayout(prefix: 4, maximumPacketSize: golden.mtu)
        var packetizer = try golden.format(.vc2).packetizer(layout)
        var parts: [VC2Part] = []
        for unit in golden.units {
            let made = try Packetized(&packetizer, unit.bytes, layout: layout, markers: .any)
            parts += try depacketizeVC2(made.packets, columns: 2)
        }
        #expect(parts.count == 6)
        #expect(try parts == depacketizeVC2(golden.packets, columns: nil))
    }

    @Test(arguments: 0..<40) func whateverComes(seed: UInt64) throws {
        var random = TestRandom(seed)
        let picture = VC2Stream.picture((0..<6).map { _ in random.bytes(3).map { $0 & 7 } })
        let whole =
            VC2Stream.unit(0, VC2Stream.sequenceHeader()) + VC2Stream.unit(0xE8, picture)
            + VC2Stream.unit(0x10, [])
        var packetizer = try Self.packetizer(whole, layout)
        let parts = try packetize(&packetizer, whole)
        #expect(parts.map(\.code) == [0, 0xE8, 0x10] && parts[1].contents == picture)
        for _ in 0..<30 {
            var unit = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !unit.isEmpty {
                unit[Int.random(in: 0..<unit.count, using: &random)] = random.bytes(1)[0]
            }
            _ = try? Packetized(&packetizer, unit, layout: layout, markers: .any)
            _ = try? PayloadFormat.make(for: Self.codec, firstUnit: unit)
        }
    }
}
