import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct JPEG2000Tests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
    /// Of payloads, less the payload header.
    private let largest = 108
    private static let codec = CodecDescription(codec: .jpeg2000, kind: .video, width: 320, height: 240)

    private static func quad(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

    private static func box(_ type: String, _ contents: [UInt8]) -> [UInt8] {
        quad(8 + contents.count) + Array(type.utf8) + contents
    }

    /// SOC, SIZ, COD, and a comment that makes it as long as is wanted.
    private static func mainHeader(
        _ sampling: [(UInt8, UInt8)] = [(1, 1), (2, 2), (2, 2)], transform: UInt8 = 0, comment: Int = 0
    ) -> [UInt8] {
        let components = sampling.flatMap { (share: (UInt8, UInt8)) -> [UInt8] in [7, share.0, share.1] }
        let sides: [UInt8] = [330, 250, 10, 10, 330, 250, 0, 0].flatMap { (side: Int) -> [UInt8] in quad(side) }
        var header = hex("FF4F FF51")
        header += [0, UInt8(38 + components.count), 0, 0]
        header += sides
        header += [0, UInt8(sampling.count)]
        header += components
        header += hex("FF52 000C 00 00 0001")
        header += [transform]
        header += hex("05 04 04 00 01 FF64")
        header += [0, UInt8(comment + 4), 0, 1]
        header += [UInt8](repeating: 0x41, count: comment)
        return header
    }

    private static func tilePart(_ tile: UInt8, _ data: [UInt8], psot: Int? = nil) -> [UInt8] {
        var part = hex("FF90 000A 00")
        part.append(tile)
        part += quad(psot ?? 14 + data.count)
        part += hex("00 01 FF93")
        return part + data
    }

    private static func data(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 5) & 0x7F } }

    private static func image(_ tiles: [[UInt8]], header: [UInt8] = mainHeader()) -> [UInt8] {
        header + Array(tiles.joined()) + hex("FFD9")
    }

    private func packetizer(_ unit: [UInt8]) throws -> Packetizer {
        try PayloadFormat.make(for: Self.codec, firstUnit: unit).packetizer(layout)
    }

    /// The codestream in the payloads, by RFC 5371 4.1 and 4.2.
    private static func depacketize(_ payloads: [[UInt8]]) throws -> [UInt8] {
        var stream: [UInt8] = []
        var mainHeader = 1
        for payload in payloads {
            guard payload.count > 8, payload[1] == 255, payload[4] == 0 else { throw DepacketizationError("header") }
            let offset = payload[5...7].reduce(0) { $0 << 8 | Int($1) }
            guard offset == stream.count else { throw DepacketizationError("offset \(offset) of \(stream.count)") }
            let flags = Int(payload[0] >> 4 & 3)
            guard payload[0] & 0xCE == 0 else { throw DepacketizationError("tp or mh_id") }
            guard (flags != 0) == (mainHeader == 1), (flags != 0) == (payload[0] & 1 == 1) else {
                throw DepacketizationError("MHF \(flags) or T")
            }
            if flags == 3, offset > 0 { throw DepacketizationError("whole header in two packets") }
            if flags & 2 != 0 { mainHeader = 0 }
            stream += payload[8...]
        }
        return stream
    }

    /// GStreamer says of the first packet behind the main header that its tile number means nothing, which is not so.
    @Test(arguments: ["j2k-gst", "j2k-gst-sop"]) func everyPacketEquals(name: String) throws {
        let golden = try GoldenFile(name)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: golden.mtu)
        var packetizer = try golden.format(.jpeg2000).packetizer(layout)
        let ours = try golden.units.flatMap { try Packetized(&packetizer, $0.bytes, layout: layout).packets }
        var theirs = golden.packets.map(GoldenFile.comparable)
        #expect(theirs[1][1] == 1)
        theirs[1][1] = 0
        #expect(ours.map(GoldenFile.comparable) == theirs && ours.count > 4)
    }

    private static let descriptions: [(header: [UInt8], boxes: [UInt8], sampling: String)] = [
        (mainHeader(), [], "YCbCr-4:2:0"), (mainHeader([(1, 1), (2, 1), (2, 1)]), [], "YCbCr-4:2:2"),
        (mainHeader([(1, 1), (4, 1), (4, 1)]), [], "YCbCr-4:1:1"), (mainHeader([(1, 1)]), [], "GRAYSCALE"),
        (mainHeader([(1, 1), (1, 1), (1, 1)]), [], "RGB"),
        (mainHeader([(1, 1), (1, 1), (1, 1)]), box("colr", hex("01 00 00 00000012")), "YCbCr-4:4:4"),
        (
            mainHeader([(1, 1), (1, 1), (1, 1)], transform: 1),
            box("jp2h", box("ihdr", data(14)) + box("colr", hex("01 00 00 00000012"))), "RGB"
        ),
        (
            mainHeader([(1, 1), (1, 1), (1, 1)]), box("jp2h", box("colr", hex("01 00 00 00000010"))), "RGB"
        ),
        (mainHeader([(1, 1), (1, 1), (1, 1), (1, 1)]), [], "RGBA"),
        (mainHeader([(1, 1), (1, 1), (1, 1), (1, 1)]), box("colr", hex("01 00 00 00000012")), "YCbCrA"),
    ]

    @Test(arguments: descriptions.indices) func attributes(index: Int) throws {
        let row = Self.descriptions[index]
        var codec = Self.codec
        codec.configuration = row.boxes
        let unit = Self.image([Self.tilePart(0, Self.data(3))], header: row.header)
        let media = try PayloadFormat.make(for: codec, firstUnit: unit).sdpMedia(payloadType: 97)
        #expect(media.rtpmap == "97 jpeg2000/90000")
        #expect(media.fmtp == "97 sampling=\(row.sampling);interlace=0;width=320;height=240")
    }

    private static let refused: [(unit: [UInt8], height: Int, reason: String)] = [
        ([], 240, "no JPEG 2000 codestream"), (hex("FFD8FFE0"), 240, "no JPEG 2000 codestream"),
        (mainHeader(), 240, "JPEG 2000 codestream without tiles"),
        (image([tilePart(0, [])]), 480, "interlaced JPEG 2000: fields of 240 lines"),
        (
            image([tilePart(0, [])], header: mainHeader([(2, 2), (1, 1), (1, 1)])), 240,
            "JPEG 2000 with components that RFC 5371 has no name for"
        ),
        (Array(mainHeader().prefix(30)), 240, "damaged JPEG 2000 main header"),
    ]

    @Test(arguments: refused.indices) func refusals(index: Int) {
        let row = Self.refused[index]
        var codec = Self.codec
        codec.height = row.height
        #expect(throws: PayloadFormatError(row.reason)) { try PayloadFormat.make(for: codec, firstUnit: row.unit) }
    }

    /// The main header is alone, in as many packets as it needs.
    @Test(arguments: [
        (36, [108], [3]), (37, [108, 1], [1, 2]), (144, [108, 108], [1, 2]), (145, [108, 108, 1], [1, 1, 2]),
    ])
    func mainHeaderSizes(comment: Int, sizes: [Int], flags: [UInt8]) throws {
        let header = Self.mainHeader(comment: comment - Self.mainHeader().count + 72)
        #expect(header.count == sizes.reduce(0, +))
        let unit = Self.image([Self.tilePart(0, Self.data(20))], header: header)
        var packetizer = try packetizer(unit)
        let made = try Packetized(&packetizer, unit, layout: layout)
        #expect(made.payloads.dropLast().map { $0.count - 8 } == sizes)
        #expect(made.payloads.map { $0[0] >> 4 } == flags + [0])
        #expect(try Self.depacketize(made.payloads) == unit)
    }

    /// Every tile-part begins with a packet that has its number; the last ends with the codestream.
    @Test(arguments: [92, 93, 94, 95]) func tileParts(size: Int) throws {
        let unit = Self.image([1, 7, 200].map { Self.tilePart($0, Self.data(size)) })
        var packetizer = try packetizer(unit)
        let made = try Packetized(&packetizer, unit, layout: layout)
        let starts = made.payloads.filter { $0[8...].starts(with: hex("FF90")) }
        #expect(starts.map { $0[3] } == [1, 7, 200] && starts.allSatisfy { $0[0] == 0 && $0[2] == 0 })
        #expect(made.payloads.count == 1 + (size > 94 ? 6 : size > 92 ? 4 : 3))
        #expect(try Self.depacketize(made.payloads) == unit)
    }

    /// GStreamer would begin a picture there: the packet before is a byte shorter.
    @Test(arguments: 93...96) func dataThatLooksLikeAMarker(place: Int) throws {
        var data = Self.data(300)
        data.replaceSubrange(place..<place + 2, with: hex("FF4F"))
        let unit = Self.image([Self.tilePart(0, data)])
        var packetizer = try packetizer(unit)
        let payloads = try Packetized(&packetizer, unit, layout: layout).payloads
        #expect(payloads.dropFirst(2).allSatisfy { $0[8] != 0xFF })
        #expect(payloads[1].count - 8 == (place == 94 ? largest - 1 : largest))
        #expect(try Self.depacketize(payloads) == unit)
    }

    /// Psot 0: up to the end; too much, or too little: what is there.
    @Test(arguments: [0, 13, 5000, 1 << 31]) func tilePartLengths(psot: Int) throws {
        let unit = Self.image([Self.tilePart(3, Self.data(300), psot: psot)])
        var packetizer = try packetizer(unit)
        #expect(try Self.depacketize(Packetized(&packetizer, unit, layout: layout).payloads) == unit)
    }

    @Test func codestreamOfABox() throws {
        let stream = Self.image([Self.tilePart(0, Self.data(200))])
        let large = Self.quad(1) + Array("jp2c".utf8) + Self.quad(0) + Self.quad(16 + stream.count) + stream
        let open = Self.quad(0) + Array("jp2c".utf8) + stream
        let file = Self.box("jP  ", hex("0D0A870A")) + Self.box("jp2c", stream)
        let reversed = Array(Self.quad(8 + stream.count).reversed()) + Array("jp2c".utf8) + stream
        for unit in [Self.box("jp2c", stream), large, open, reversed, file, file + Self.box("free", [1])] {
            var packetizer = try packetizer(unit)
            #expect(try Self.depacketize(Packetized(&packetizer, unit, layout: layout).payloads) == stream)
        }
    }

    @Test(arguments: 0..<60) func whateverComes(seed: UInt64) throws {
        var random = TestRandom(seed)
        let whole = Self.image((0..<4).map { Self.tilePart(UInt8($0), hex("FF91 0004 0000") + random.bytes(150)) })
        var packetizer = try packetizer(whole)
        #expect(try Self.depacketize(Packetized(&packetizer, whole, layout: layout).payloads) == whole)
        for _ in 0..<30 {
            var unit = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !unit.isEmpty {
                unit[Int.random(in: 0..<unit.count, using: &random)] = random.bytes(1)[0]
            }
            if let made = try? Packetized(&packetizer, unit, layout: layout), unit.starts(with: hex("FF4F")) {
                #expect(try Self.depacketize(made.payloads) == unit)
            }
            _ = try? PayloadFormat.make(for: Self.codec, firstUnit: unit)
        }
    }

    /// Boxes of headers that hold each other: the stack has an end.
    @Test func headersInHeaders() throws {
        var codec = Self.codec
        codec.configuration = (0..<300_000).flatMap { _ in Self.quad(0) + Array("jp2h".utf8) }
        let whole = Self.image([Self.tilePart(0, hex("FF91 0004 0000"))])
        #expect(try PayloadFormat.make(for: codec, firstUnit: whole).encodingName == "jpeg2000")
    }
}
