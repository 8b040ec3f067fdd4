import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct RawVideoTests {
    private static func codec(
        _ pixels: String, _ width: Int = 24, _ height: Int = 6, tag: String = "", configuration: [UInt8] = []
    ) -> CodecDescription {
        CodecDescription(
            codec: .rawVideo, kind: .video, configuration: configuration, width: width, height: height,
            picture: PictureFormat(pixels: pixels, tag: tag))
    }

    /// Random samples of a picture, and how a pixel format stores them.
    private struct Picture {
        let width: Int
        let height: Int
        let bits: Int
        /// By component, line and column; chrominance as often as the format has it.
        var planes: [[[Int]]]

        init(_ width: Int, _ height: Int, bits: Int = 8, shares: [(x: Int, y: Int)], seed: UInt64 = 1) {
            var random = TestRandom(seed)
            (self.width, self.height, self.bits) = (width, height, bits)
            planes = shares.map { share in
                (0..<(height + share.y - 1) / share.y).map { _ in
                    (0..<width / share.x).map { _ in Int.random(in: 0..<1 << bits, using: &random) }
                }
            }
        }

        func plane(_ component: Int) -> [Int] { planes[component].flatMap { $0 } }

        func bytes(_ samples: [Int], big: Bool = false) -> [UInt8] {
            guard bits > 8 else { return samples.map { UInt8($0) } }
            return samples.flatMap { big ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
        }

        /// Components in turn, those of one pixel; nil is a zero.
        func pixels(_ order: [Int?]) -> [Int] {
            zip(planes[0].indices, planes[0]).flatMap { line, samples in
                samples.indices.flatMap { x in order.map { $0.map { planes[$0][line][x] } ?? 0 } }
            }
        }

        /// 4:2:2 in fours: a component, and for luminance which of two.
        func pairs(_ order: [(component: Int, second: Int)]) -> [Int] {
            planes[1].indices.flatMap { line in
                planes[1][line].indices.flatMap { x in
                    order.map { $0.component == 0 ? planes[0][line][2 * x + $0.second] : planes[$0.component][line][x] }
                }
            }
        }
    }

    private static let full = [(x: 1, y: 1), (x: 1, y: 1), (x: 1, y: 1)]
    private static let half = [(x: 1, y: 1), (x: 2, y: 1), (x: 2, y: 1)]
    private static let quarter = [(x: 1, y: 1), (x: 2, y: 2), (x: 2, y: 2)]
    private static let fourth = [(x: 1, y: 1), (x: 4, y: 1), (x: 4, y: 1)]
    private static let alpha = full + [(x: 1, y: 1)]

    private struct Row: Sendable {
        let pixels: String
        let sampling: String
        var bits = 8
        let shares: [(x: Int, y: Int)]
        let store: @Sendable (Picture) -> [UInt8]
    }

    private static func planes(_ order: [Int], big: Bool = false) -> @Sendable (Picture) -> [UInt8] {
        { picture in order.flatMap { picture.bytes(picture.plane($0), big: big) } }
    }
    private static func pixels(_ order: [Int?], big: Bool = false) -> @Sendable (Picture) -> [UInt8] {
        { $0.bytes($0.pixels(order), big: big) }
    }
    private static func pairs(_ order: [(Int, Int)]) -> @Sendable (Picture) -> [UInt8] {
        { $0.bytes($0.pairs(order.map { (component: $0.0, second: $0.1) })) }
    }
    private static func shared(_ first: Int, _ second: Int, shift: Int = 0) -> @Sendable (Picture) -> [UInt8] {
        { picture in
            let chrominance = zip(picture.plane(first), picture.plane(second)).flatMap { [$0, $1] }
            return picture.bytes((picture.plane(0) + chrominance).map { $0 << shift })
        }
    }

    private static let rows: [Row] = [
        Row(pixels: "yuv420p", sampling: "YCbCr-4:2:2", shares: quarter, store: planes([0, 1, 2])),
        Row(pixels: "yuvj420p", sampling: "YCbCr-4:2:2", shares: quarter, store: planes([0, 1, 2])),
        Row(pixels: "yuv420p10le", sampling: "YCbCr-4:2:2", bits: 10, shares: quarter, store: planes([0, 1, 2])),
        Row(pixels: "nv12", sampling: "YCbCr-4:2:2", shares: quarter, store: shared(1, 2)),
        Row(pixels: "nv21", sampling: "YCbCr-4:2:2", shares: quarter, store: shared(2, 1)),
        Row(pixels: "p010le", sampling: "YCbCr-4:2:2", bits: 10, shares: quarter, store: shared(1, 2, shift: 6)),
        Row(pixels: "yuv422p", sampling: "YCbCr-4:2:2", shares: half, store: planes([0, 1, 2])),
        Row(pixels: "nv16", sampling: "YCbCr-4:2:2", shares: half, store: shared(1, 2)),
        Row(pixels: "uyvy422", sampling: "YCbCr-4:2:2", shares: half, store: pairs([(1, 0), (0, 0), (2, 0), (0, 1)])),
        Row(pixels: "yuyv422", sampling: "YCbCr-4:2:2", shares: half, store: pairs([(0, 0), (1, 0), (0, 1), (2, 0)])),
        Row(pixels: "yvyu422", sampling: "YCbCr-4:2:2", shares: half, store: pairs([(0, 0), (2, 0), (0, 1), (1, 0)])),
        Row(pixels: "yuv422p10le", sampling: "YCbCr-4:2:2", bits: 10, shares: half, store: planes([0, 1, 2])),
        Row(
            pixels: "yuv422p10be", sampling: "YCbCr-4:2:2", bits: 10, shares: half, store: planes([0, 1, 2], big: true)),
        Row(pixels: "yuv422p12le", sampling: "YCbCr-4:2:2", bits: 12, shares: half, store: planes([0, 1, 2])),
        Row(
            pixels: "yuv422p16be", sampling: "YCbCr-4:2:2", bits: 16, shares: half, store: planes([0, 1, 2], big: true)),
        Row(pixels: "yuv444p", sampling: "YCbCr-4:4:4", shares: full, store: planes([0, 1, 2])),
        Row(pixels: "yuv444p10le", sampling: "YCbCr-4:4:4", bits: 10, shares: full, store: planes([0, 1, 2])),
        Row(pixels: "yuv411p", sampling: "YCbCr-4:1:1", shares: fourth, store: planes([0, 1, 2])),
        Row(pixels: "gbrp", sampling: "RGB", shares: full, store: planes([1, 2, 0])),
        Row(pixels: "gbrp12le", sampling: "RGB", bits: 12, shares: full, store: planes([1, 2, 0])),
        Row(pixels: "rgb24", sampling: "RGB", shares: full, store: pixels([0, 1, 2])),
        Row(pixels: "bgr24", sampling: "BGR", shares: full, store: pixels([2, 1, 0])),
        Row(pixels: "rgb0", sampling: "RGB", shares: full, store: pixels([0, 1, 2, nil])),
        Row(pixels: "0rgb", sampling: "RGB", shares: full, store: pixels([nil, 0, 1, 2])),
        Row(pixels: "bgr0", sampling: "BGR", shares: full, store: pixels([2, 1, 0, nil])),
        Row(pixels: "0bgr", sampling: "BGR", shares: full, store: pixels([nil, 2, 1, 0])),
        Row(pixels: "rgba", sampling: "RGBA", shares: alpha, store: pixels([0, 1, 2, 3])),
        Row(pixels: "bgra", sampling: "BGRA", shares: alpha, store: pixels([2, 1, 0, 3])),
        Row(pixels: "argb", sampling: "RGBA", shares: alpha, store: pixels([3, 0, 1, 2])),
        Row(pixels: "abgr", sampling: "BGRA", shares: alpha, store: pixels([3, 2, 1, 0])),
        Row(pixels: "rgb48le", sampling: "RGB", bits: 16, shares: full, store: pixels([0, 1, 2])),
        Row(pixels: "rgba64be", sampling: "RGBA", bits: 16, shares: alpha, store: pixels([0, 1, 2, 3], big: true)),
    ]

    /// Every sample arrives where it belongs, whatever the packets' size.
    @Test(arguments: rows.indices, [128, 134, 300, 1372]) func samples(index: Int, size: Int) throws {
        let row = Self.rows[index]
        let picture = Picture(24, 6, bits: row.bits, shares: row.shares)
        let unit = row.store(picture)
        let format = try PayloadFormat.make(for: Self.codec(row.pixels), firstUnit: unit)
        #expect(format.fmtp.first == FormatParameter("sampling", row.sampling))
        try expect(picture, unit, format, PacketLayout(prefix: 4, maximumPacketSize: size))
    }

    @Test(arguments: ["yuv420p", "nv12", "yuv420p10le"], [128, 1372])
    func sharedChrominanceAsItIs(pixels: String, size: Int) throws {
        let row = try #require(Self.rows.first { $0.pixels == pixels })
        let picture = Picture(24, 6, bits: row.bits, shares: row.shares)
        let unit = row.store(picture)
        let format = try PayloadFormat.rawVideo(Self.codec(pixels), firstUnit: unit, chrominance: .asItIs)
        #expect(format.fmtp.first?.value == "YCbCr-4:2:0" && format.note == nil)
        try expect(picture, unit, format, PacketLayout(prefix: 0, maximumPacketSize: size))
        let repeated = try PayloadFormat.rawVideo(Self.codec(pixels), firstUnit: unit)
        #expect(repeated.note == "4:2:0 sent as 4:2:2, each line of chrominance twice")
    }

    private func expect(_ picture: Picture, _ unit: [UInt8], _ format: PayloadFormat, _ layout: PacketLayout) throws {
        var packetizer = format.packetizer(layout)
        var receiver = try RawReceiver(format)
        for payload in try Packetized(&packetizer, unit, layout: layout).payloads { try receiver.take(payload) }
        for (component, plane) in picture.planes.enumerated() {
            let share = (x: picture.width / plane[0].count, y: (picture.height + plane.count - 1) / plane.count)
            for line in 0..<picture.height {
                for x in 0..<picture.width {
                    guard let sample = receiver.samples[component][line][x] else {
                        #expect(x % share.x != 0 || line % share.y != 0, "sample \(component) \(x) \(line) is missing")
                        continue
                    }
                    #expect(sample == plane[line / share.y][x / share.x], "\(component) \(x) \(line)")
                }
            }
        }
    }

    @Test(arguments: ["uyvy", "rgb", "bgr", "rgba", "i420", "y41b"]) func everyPacketEquals(name: String) throws {
        let pixels = [
            "uyvy": "uyvy422", "rgb": "rgb24", "bgr": "bgr24", "rgba": "rgba", "i420": "yuv420p",
            "y41b": "yuv411p",
        ]
        let golden = try GoldenFile("raw-gst-\(name)")
        let layout = PacketLayout(prefix: 0, maximumPacketSize: golden.mtu)
        let format = try PayloadFormat.rawVideo(
            Self.codec(try #require(pixels[name]), 32, 16), firstUnit: golden.units[0].bytes, chrominance: .asItIs)
        var packetizer = format.packetizer(layout)
        let ours = try golden.units.flatMap { try Packetized(&packetizer, $0.bytes, layout: layout).packets }
        #expect(ours.map(GoldenFile.comparable) == golden.packets.map(GoldenFile.comparable))
    }

    @Test func attributes() throws {
        var codec = Self.codec("yuv422p10le", 1280, 720)
        #expect(
            try PayloadFormat.make(for: codec).sdpMedia(payloadType: 96).fmtp
                == "96 sampling=YCbCr-4:2:2;width=1280;height=720;depth=10;colorimetry=BT709-2")
        #expect(try PayloadFormat.make(for: codec).sdpMedia(payloadType: 96).rtpmap == "96 raw/90000")
        codec.picture?.isFullRange = true
        codec.picture?.matrix = .bt601
        #expect(
            try PayloadFormat.make(for: codec).sdpMedia(payloadType: 96).fmtp
                == "96 sampling=YCbCr-4:2:2;width=1280;height=720;depth=10;colorimetry=BT601-5;RANGE=FULL")
        #expect(
            try PayloadFormat.make(for: Self.codec("rgb24", 720, 576)).sdpMedia(payloadType: 96).fmtp
                == "96 sampling=RGB;width=720;height=576;depth=8;colorimetry=BT601-5")
    }

    /// The reverse of what the test's own picture has.
    @Test func turnedOverAndSwapped() throws {
        let picture = Picture(24, 6, shares: Self.full)
        var turned = picture
        for component in turned.planes.indices { turned.planes[component].reverse() }
        let unit = turned.bytes(turned.pixels([2, 1, 0]))
        let codec = Self.codec("bgr24", configuration: Array("BottomUp\0".utf8))
        try expect(
            picture, unit, PayloadFormat.make(for: codec, firstUnit: unit),
            PacketLayout(prefix: 0, maximumPacketSize: 300))
        let planar = Picture(24, 6, shares: Self.quarter)
        let swapped = planar.bytes([0, 2, 1].flatMap { planar.plane($0) })
        try expect(
            planar, swapped, PayloadFormat.make(for: Self.codec("yuv420p", tag: "YV12"), firstUnit: swapped),
            PacketLayout(prefix: 0, maximumPacketSize: 300))
    }

    /// A bitmap's lines have a multiple of four bytes.
    @Test func paddedLines() throws {
        let picture = Picture(23, 6, shares: Self.full)
        let lines = picture.pixels([2, 1, 0]).map { UInt8($0) }
        let unit = stride(from: 0, to: lines.count, by: 69).flatMap { start -> [UInt8] in
            lines[start..<start + 69] + [9, 9, 9]
        }
        let format = try PayloadFormat.make(for: Self.codec("bgr24", 23), firstUnit: unit)
        try expect(picture, unit, format, PacketLayout(prefix: 0, maximumPacketSize: 300))
    }

    private static let refused: [(codec: CodecDescription, size: Int, reason: String)] = [
        (codec("pal8"), 0, "no RTP payload format for pal8 pixels"),
        (codec("yuv420p9le"), 0, "no RTP payload format for yuv420p9le pixels"),
        (codec("yuyv422", tag: "yuv2"), 0, "no RTP payload format for yuyv422 pixels"),
        (codec(""), 0, "uncompressed video of unknown pixels"),
        (codec("rgb24", 32_768, 1), 0, "uncompressed video of 32768x1"),
        (codec("rgb24", 1, 0), 0, "uncompressed video of 1x0"),
        (codec("yuv420p", 23), 0, "uncompressed video of 23x6, no whole number of pixel groups (RFC 4175)"),
        (codec("yuv422p"), 287, "yuv422p pictures of 287 bytes, not 288"),
        (codec("rgb24"), 431, "rgb24 pictures of 431 bytes, not 432"),
    ]

    @Test(arguments: refused.indices) func refusals(index: Int) {
        let row = Self.refused[index]
        #expect(throws: PayloadFormatError(row.reason)) {
            try PayloadFormat.make(for: row.codec, firstUnit: [UInt8](repeating: 0, count: row.size))
        }
        var interlaced = Self.codec("rgb24")
        interlaced.picture?.isInterlaced = true
        #expect(throws: PayloadFormatError("interlaced uncompressed video")) { try PayloadFormat.make(for: interlaced) }
    }

    @Test(arguments: [0, 431, 433]) func pictureOfAnotherSize(size: Int) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 300)
        var packetizer = try PayloadFormat.make(for: Self.codec("rgb24")).packetizer(layout)
        #expect(throws: PacketizationError.malformed("picture not of 432 bytes", offset: size)) {
            try Packetized(&packetizer, [UInt8](repeating: 0, count: size), layout: layout)
        }
    }

    /// A line just fits, lacks a byte, or leaves room for a group of the next one.
    @Test(arguments: [
        (36, 128, [108]), (36, 137, [108]), (36, 138, [108, 3]), (37, 128, [108]), (37, 130, [108]), (37, 131, [111]),
        (24, 128, [72, 30]),
    ]) func sizesAroundTheLimit(width: Int, size: Int, expected: [Int]) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: size)
        let picture = Picture(width, 6, shares: Self.full)
        var packetizer = try PayloadFormat.make(for: Self.codec("rgb24", width)).packetizer(layout)
        let first = try Packetized(&packetizer, Self.pixels([0, 1, 2])(picture), layout: layout).payloads[0]
        let lengths = expected.indices.map { Int(first[2 + 6 * $0]) << 8 | Int(first[3 + 6 * $0]) }
        #expect(lengths == expected && first.count == 2 + 6 * expected.count + expected.reduce(0, +))
    }
}
