import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MotionJPEGTests {
    private let layout = PacketLayout(prefix: 4, maximumPacketSize: 300)
    private let unit: [UInt8]
    /// Where the unit's segments are, by marker.
    private let places: [UInt8: Range<Int>]

    init() throws {
        unit = try GoldenFile("jpeg-ffmpeg").units[0].bytes
        var places: [UInt8: Range<Int>] = [:]
        var offset = 2
        while unit[offset + 1] != 0xDA {
            let end = offset + 2 + Int(unit[offset + 2]) << 8 + Int(unit[offset + 3])
            places[unit[offset + 1]] = offset..<offset + 2 + (Int(unit[offset + 2]) << 8 | Int(unit[offset + 3]))
            offset = places[unit[offset + 1]]?.upperBound ?? end
        }
        places[0xDA] = offset..<offset + 14
        self.places = places
    }

    private func depacketized(_ unit: [UInt8]) throws -> DepacketizedJPEG {
        var packetizer = try PayloadFormat.make(for: CodecDescription(codec: .motionJPEG, kind: .video))
            .makePacketizer(layout: layout, payloadType: 26)
        return try depacketizeJPEG(Packetized(&packetizer, unit, layout: layout, payloadType: 26).payloads)
    }

    private func format(_ unit: [UInt8], height: Int = 96) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: .motionJPEG, kind: .video, width: 128, height: height), firstUnit: unit)
    }

    /// The unit with another segment in place of one.
    private func replacing(_ marker: UInt8, _ segment: [UInt8]) throws -> [UInt8] {
        let place = try #require(places[marker])
        return unit[..<place.lowerBound] + segment + unit[place.upperBound...]
    }

    private func changing(_ marker: UInt8, at offset: Int, to bytes: [UInt8]) throws -> [UInt8] {
        var segment = Array(unit[try #require(places[marker])])
        segment.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return try replacing(marker, segment)
    }

    @Test(arguments: [0, 4]) func everyPacketEqualsFFmpegs(prefix: Int) throws {
        let golden = try GoldenFile("jpeg-ffmpeg")
        let ours = try golden.packetize(.motionJPEG, prefix: prefix)
        #expect(ours.flatMap(\.packets).map(GoldenFile.comparable) == golden.packets.map(GoldenFile.comparable))
        #expect(ours.allSatisfy { $0.runs.count == 1 })
        #expect(try golden.descriptions == ["a=rtpmap:\(golden.format(.motionJPEG).sdpMedia(payloadType: 96).rtpmap)"])
    }

    /// GStreamer sends the end-of-image marker too.
    @Test func picturesEqualGStreamers() throws {
        let golden = try GoldenFile("jpeg-gst")
        var pictures: [[[UInt8]]] = [[]]
        for packet in golden.packets {
            pictures[pictures.count - 1].append(Array(packet[12...]))
            if packet[1] & 0x80 != 0 { pictures.append([]) }
        }
        for (mine, theirs) in zip(try golden.packetize(.motionJPEG), pictures) {
            var expected = try depacketizeJPEG(theirs)
            #expect(expected.scan.suffix(2) == hex("FFD9"))
            expected.scan.removeLast(2)
            #expect(try depacketizeJPEG(mine.payloads) == expected)
        }
    }

    @Test func attributes() throws {
        #expect(try format(unit).staticPayloadType == 26 && format([]).staticPayloadType == 26)
        #expect(try format(unit).sdpMedia(payloadType: 26).rtpmap == "26 JPEG/90000" && format(unit).fmtp.isEmpty)
        #expect(throws: PayloadFormatError("interlaced JPEG: fields of 96 lines (RFC 2435 cannot express it)")) {
            try format(unit, height: 192)
        }
        #expect(try format(unit, height: 90).staticPayloadType == 26, "padding")
    }

    @Test func whatIsTolerated() throws {
        let plain = try depacketized(unit)
        #expect(plain.type == 1 && plain.width == 128 && plain.height == 96 && plain.tables.count == 128)
        #expect(try depacketized(replacing(0xC4, [])) == plain, "AVI without Huffman tables")
        #expect(try depacketized(unit + [0, 0, 0x12]) == plain, "trailing bytes")
        #expect(try depacketized(unit.dropLast(2)) == plain, "no end-of-image marker")
        #expect(try depacketized(Array(unit[..<2]) + hex("FFFFE1 0004 AABB FFFE 0002") + unit[2...]) == plain)
        #expect(try depacketized(changing(0xC0, at: 1, to: [0xC1])) == plain, "extended sequential")
    }

    @Test func fourTwoTwo() throws {
        #expect(try depacketized(changing(0xC0, at: 11, to: [0x21])).type == 0)
    }

    /// RFC 2435 3.1.7: types from 64 on, F and L set, count all ones.
    @Test func restartIntervals() throws {
        let scan = try #require(places[0xDA]).upperBound
        let restarts = unit[..<2] + hex("FFDD 0004 0007") + unit[2..<scan + 5] + hex("FFD0") + unit[(scan + 5)...]
        let image = try depacketized(Array(restarts))
        #expect(image.type == 65 && image.restart == hex("0007 FFFF"))
        #expect(image.scan.count == unit.count - scan, "two bytes more, and no end-of-image marker")
    }

    /// As many bytes as fit in the first packet are 300 - 12 - 8 - 132 = 148; in the others 280.
    @Test(arguments: [(147, 1), (148, 1), (149, 2), (428, 2), (429, 3)]) func sizesAroundTheLimit(size: Int, count: Int)
        throws
    {
        let scan = try #require(places[0xDA]).upperBound
        let image = unit[..<scan] + [UInt8](repeating: 0x55, count: size)
        var packetizer = try format([]).makePacketizer(layout: layout, payloadType: 26)
        let made = try Packetized(&packetizer, Array(image), layout: layout, payloadType: 26)
        #expect(made.packets.count == count && made.runs.count == 1)
        #expect(try depacketizeJPEG(made.payloads).scan.count == size)
    }

    @Test func refused() throws {
        let cases: [([UInt8], String)] = [
            (try changing(0xC0, at: 1, to: [0xC2]), "progressive or hierarchical JPEG"),
            (try changing(0xC0, at: 1, to: [0xC3]), "lossless or arithmetic JPEG"),
            (try changing(0xC0, at: 4, to: [12]), "JPEG of 12 bits"),
            (try changing(0xC0, at: 7, to: hex("0081")), "129x96 pixels, no multiples of 8 up to 2040"),
            (try changing(0xC0, at: 7, to: hex("0800")), "2048x96 pixels, no multiples of 8 up to 2040"),
            (try changing(0xC0, at: 5, to: hex("0000")), "128x0 pixels, no multiples of 8 up to 2040"),
            (try replacing(0xC0, hex("FFC0 000B 08 0060 0080 01 011100")), "JPEG with 1 colour components"),
            (try changing(0xC0, at: 11, to: [0x11]), "JPEG chroma neither 4:2:2 nor 4:2:0"),
            (try changing(0xDB, at: 4, to: [0x10]), "16-bit quantization table"),
            (try changing(0xDB, at: 4, to: [0x03]), "JPEG without its quantization tables"),
            (try changing(0xC4, at: 21, to: [0x01]), "JPEG with Huffman tables of its own"),
            (try changing(0xDA, at: 4, to: [1]), "JPEG in several scans"),
            (try replacing(0xC0, []), "scan without a frame header"),
            (unit + unit, "interlaced JPEG: two images"),
            (Array(unit[..<2]) + hex("FFEE 000E 41646F6265 0064 0000 0000 00") + unit[2...], "RGB JPEG"),
            (hex("FFD8 FFD9"), "JPEG image without a scan"), ([], "no JPEG image"), (hex("FFD9 FFD8"), "no JPEG image"),
        ]
        for (unit, reason) in cases {
            do {
                _ = try depacketized(unit)
                Issue.record("\(reason) is sent")
            } catch let error as PacketizationError {
                guard case .malformed(reason, let offset) = error else {
                    Issue.record("\(error) for \(reason)")
                    continue
                }
                #expect((0...unit.count).contains(offset))
            }
            guard !unit.isEmpty else { continue }
            #expect(throws: PayloadFormatError("\(reason) (RFC 2435 cannot express it)")) { try format(unit) }
        }
    }

    @Test func tablesNeedRoom() throws {
        let small = PacketLayout(prefix: 0, maximumPacketSize: 152)
        var packetizer = try format([]).makePacketizer(layout: small, payloadType: 26)
        #expect(throws: PacketizationError.self) { try Packetized(&packetizer, unit, layout: small, payloadType: 26) }
        let enough = PacketLayout(prefix: 0, maximumPacketSize: 153)
        packetizer = try format([]).makePacketizer(layout: enough, payloadType: 26)
        let made = try Packetized(&packetizer, unit, layout: enough, payloadType: 26)
        #expect(try depacketizeJPEG(made.payloads) == depacketized(unit))
    }

    /// Damaged at any byte, cut at any byte: an error or packets, never a trap.
    @Test(arguments: 0..<20) func damaged(seed: UInt64) throws {
        var random = TestRandom(seed)
        for _ in 0..<60 {
            var bytes = Array(unit.prefix(.random(in: 0...700, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[.random(in: 0..<bytes.count, using: &random)] = [
                    0, 0xFF, 0xD8, 1, UInt8.random(in: 0...255, using: &random),
                ]
                .randomElement(using: &random)!
            }
            do { _ = try depacketized(bytes) } catch is PacketizationError {}
            _ = try? format(bytes)
        }
    }
}
