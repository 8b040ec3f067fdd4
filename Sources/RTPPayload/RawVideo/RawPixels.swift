/// How libavutil's pixel formats lie in memory, as far as RFC 4175 has a sampling for them.
struct RawPixels: Hashable, Sendable {
    /// Y, Cb, Cr; or red, green, blue, and perhaps alpha.
    private(set) var components: [RawComponent]
    let sampling: RawSampling
    /// Bits of a sample.
    let depth: Int
    /// Bytes that a sample takes: 1 or 2.
    private(set) var sampleBytes = 1
    private(set) var isBigEndian = false
    /// Bits below a sample in its bytes.
    private(set) var lowBits = 0
    /// Bytes of a picture.
    private(set) var size: Int

    /// - Parameters:
    ///   - name: libavutil's.
    ///   - width: pixels; positive.
    ///   - height: lines; positive.
    /// - Returns: nil if RFC 4175 has no sampling for it.
    init?(_ name: String, width: Int, height: Int) {
        var base = name
        if name.hasSuffix("be") || name.hasSuffix("le") {
            base.removeLast(2)
            isBigEndian = name.hasSuffix("be")
        }
        if base.hasPrefix("yuvj") { base = "yuv" + base.dropFirst(4) }
        if let packed = Self.packed[base] {
            let bytes = packed.bits > 8 ? 2 : 1
            sampling = packed.sampling
            depth = packed.bits
            sampleBytes = bytes
            let line = (width * packed.bitsPerPixel + 7) / 8 * bytes
            size = line * height
            components = packed.places.map { place in
                RawComponent(
                    offset: place.offset * bytes, sampleStep: place.step * bytes, lineStep: line, shiftX: place.shiftX)
            }
        } else if let planar = Self.planar(base) {
            sampling = planar.sampling
            depth = planar.bits
            sampleBytes = planar.bits > 8 ? 2 : 1
            lowBits = planar.lowBits
            components = []
            size = 0
            addPlanes(planar, width, height)
        } else {
            return nil
        }
    }

    /// A format in one plane: where each component begins in a group of samples, and how far it is to its next one.
    private struct Packed {
        let sampling: RawSampling
        var bits = 8
        /// Of one component's depth: 16 for two samples a pixel of 8 bits each.
        let bitsPerPixel: Int
        let places: [(offset: Int, step: Int, shiftX: Int)]

        init(_ sampling: RawSampling, bits: Int = 8, pixel samples: Int, _ offsets: [Int]) {
            self.sampling = sampling
            self.bits = bits
            bitsPerPixel = samples * 8
            places = offsets.map { ($0, samples, 0) }
        }

        /// Luminance at each second sample, chrominance between.
        init(luminance: Int, blue: Int, red: Int) {
            sampling = .yCbCr422
            bitsPerPixel = 16
            places = [(luminance, 2, 0), (blue, 4, 1), (red, 4, 1)]
        }
    }

    private static let packed: [String: Packed] = [
        "rgb24": Packed(.rgb, pixel: 3, [0, 1, 2]), "bgr24": Packed(.bgr, pixel: 3, [2, 1, 0]),
        "rgba": Packed(.rgba, pixel: 4, [0, 1, 2, 3]), "bgra": Packed(.bgra, pixel: 4, [2, 1, 0, 3]),
        "argb": Packed(.rgba, pixel: 4, [1, 2, 3, 0]), "abgr": Packed(.bgra, pixel: 4, [3, 2, 1, 0]),
        "rgb0": Packed(.rgb, pixel: 4, [0, 1, 2]), "bgr0": Packed(.bgr, pixel: 4, [2, 1, 0]),
        "0rgb": Packed(.rgb, pixel: 4, [1, 2, 3]), "0bgr": Packed(.bgr, pixel: 4, [3, 2, 1]),
        "rgb48": Packed(.rgb, bits: 16, pixel: 3, [0, 1, 2]), "bgr48": Packed(.bgr, bits: 16, pixel: 3, [2, 1, 0]),
        "rgba64": Packed(.rgba, bits: 16, pixel: 4, [0, 1, 2, 3]),
        "bgra64": Packed(.bgra, bits: 16, pixel: 4, [2, 1, 0, 3]),
        "uyvy422": Packed(luminance: 1, blue: 0, red: 2), "yuyv422": Packed(luminance: 0, blue: 1, red: 3),
        "yvyu422": Packed(luminance: 0, blue: 3, red: 1),
    ]

    /// A format with planes of luminance and chrominance, or of colours.
    private struct Planar {
        let sampling: RawSampling
        var bits = 8
        var lowBits = 0
        var shiftX = 0
        var shiftY = 0
        var layout = Layout.planes

        enum Layout {
            case planes
            /// The second plane has both chrominances in turn, blue or red first.
            case blueThenRed, redThenBlue
            /// Green, blue, red.
            case colors
        }
    }

    private static func planar(_ name: String) -> Planar? {
        switch name {
        case "nv12": return Planar(sampling: .yCbCr420, shiftX: 1, shiftY: 1, layout: .blueThenRed)
        case "nv21": return Planar(sampling: .yCbCr420, shiftX: 1, shiftY: 1, layout: .redThenBlue)
        case "nv16": return Planar(sampling: .yCbCr422, shiftX: 1, layout: .blueThenRed)
        case "p010", "p016":
            let bits = name == "p010" ? 10 : 16
            return Planar(
                sampling: .yCbCr420, bits: bits, lowBits: 16 - bits, shiftX: 1, shiftY: 1, layout: .blueThenRed)
        default: break
        }
        let kinds: [(prefix: String, sampling: RawSampling, shiftX: Int, shiftY: Int)] = [
            ("yuv420p", .yCbCr420, 1, 1), ("yuv422p", .yCbCr422, 1, 0), ("yuv444p", .yCbCr444, 0, 0),
            ("yuv411p", .yCbCr411, 2, 0), ("gbrp", .rgb, 0, 0),
        ]
        guard let kind = kinds.first(where: { name.hasPrefix($0.prefix) }) else { return nil }
        let digits = name.dropFirst(kind.prefix.count)
        // RFC 4175 6.1's depths.
        guard let bits = digits.isEmpty ? 8 : Int(digits), [8, 10, 12, 16].contains(bits) else { return nil }
        return Planar(
            sampling: kind.sampling, bits: bits, shiftX: kind.shiftX, shiftY: kind.shiftY,
            layout: kind.prefix == "gbrp" ? .colors : .planes)
    }

    private mutating func addPlanes(_ planar: Planar, _ width: Int, _ height: Int) {
        let line = width * sampleBytes
        let luminance = RawComponent(offset: 0, sampleStep: sampleBytes, lineStep: line)
        let samples = (width + (1 << planar.shiftX) - 1) >> planar.shiftX
        let lines = (height + (1 << planar.shiftY) - 1) >> planar.shiftY
        let isShared = planar.layout == .blueThenRed || planar.layout == .redThenBlue
        var chrominance = RawComponent(
            offset: line * height, sampleStep: isShared ? 2 * sampleBytes : sampleBytes,
            lineStep: samples * sampleBytes * (isShared ? 2 : 1), shiftX: planar.shiftX, shiftY: planar.shiftY)
        let first = chrominance
        chrominance.offset += isShared ? sampleBytes : first.lineStep * lines
        size = line * height + 2 * samples * sampleBytes * lines
        switch planar.layout {
        case .planes, .blueThenRed: components = [luminance, first, chrominance]
        case .redThenBlue: components = [luminance, chrominance, first]
        case .colors: components = [chrominance, luminance, first]
        }
    }

    /// Red chrominance lies before blue.
    mutating func swapChrominance() { components.swapAt(1, 2) }

    /// Lines of a single plane are longer than their samples.
    /// - Returns: false if pictures of `bytes` bytes have no such lines.
    mutating func padLines(toFill bytes: Int, height: Int) -> Bool {
        let line = bytes / height
        guard components.allSatisfy({ $0.lineStep == size / height }), bytes % height == 0,
            line == (size / height + 3) / 4 * 4
        else { return false }
        for index in components.indices { components[index].lineStep = line }
        size = bytes
        return true
    }

    /// The first line in memory is the lowest of the picture.
    mutating func turnOver(height: Int) {
        for index in components.indices {
            let lines = (height + (1 << components[index].shiftY) - 1) >> components[index].shiftY
            components[index].offset += (lines - 1) * components[index].lineStep
            components[index].lineStep.negate()
        }
    }
}
