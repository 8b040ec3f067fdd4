/// A JPEG image as far as RFC 2435 can express it: baseline (ITU-T T.81), YCbCr 4:2:2 or 4:2:0, one scan, the standard
/// Huffman tables, 8-bit quantization tables.
struct JPEGImage {
    /// RFC 2435 4.1: 0 is 4:2:2, 1 is 4:2:0.
    private(set) var type: UInt8 = 0
    /// Pixels; multiples of 8, at most `maximumDimension`.
    private(set) var width = 0
    private(set) var height = 0
    /// In MCUs; 0 is none.
    private(set) var restartInterval: UInt16 = 0
    /// Where the tables for Y and for Cb and Cr are, 64 bytes each in zigzag order.
    private(set) var luminanceTable = 0
    private(set) var chrominanceTable = 0
    /// The entropy-coded data, without the end-of-image marker.
    private(set) var scan = 0..<0

    static let maximumDimension = 2040
    /// Bytes of an 8-bit quantization table.
    static let quantizationTable = 64

    private struct Component {
        var identifier: UInt8
        var sampling: UInt8
        var quantization: Int

        /// - Precondition: three bytes are at `place`; checked.
        init(_ bytes: RawSpan, at place: Int) {
            identifier = bytes.byte(place)
            sampling = bytes.byte(place + 1)
            quantization = Int(bytes.byte(place + 2))
        }
    }

    /// Y, Cb, Cr; nil before the frame header.
    private var components: InlineArray<3, Component>?
    /// Offsets by destination.
    private var quantization: InlineArray<4, Int?> = [nil, nil, nil, nil]
    /// By destination. AVI leaves them out, and means the standard ones.
    private var dcTables: InlineArray<4, JPEGHuffmanTable> = [.standardLuminance, .standardChrominance, .other, .other]
    private var acTables: InlineArray<4, JPEGHuffmanTable> = [.standardLuminance, .standardChrominance, .other, .other]

    /// - Throws: `.malformed` with the reason why `bytes` is no image, or one that RFC 2435 cannot express.
    init(parsing bytes: RawSpan) throws(PacketizationError) {
        guard bytes.byteCount >= 2, bytes.byte(0) == 0xFF, bytes.byte(1) == Marker.startOfImage else {
            throw .malformed("no JPEG image", offset: 0)
        }
        var offset = 2
        while let marker = Marker(bytes, from: offset) {
            guard !marker.isAlone else {
                offset = marker.end
                continue
            }
            let segment = try marker.segment(bytes)
            switch marker.code {
            case 0xC0, 0xC1: try takeFrame(bytes, segment)
            case 0xC4: try takeHuffmanTables(bytes, segment)
            case 0xC2, 0xC6, 0xCA, 0xCE: throw .malformed("progressive or hierarchical JPEG", offset: marker.start)
            case 0xC3, 0xC5, 0xC7...0xCF: throw .malformed("lossless or arithmetic JPEG", offset: marker.start)
            case 0xDB: try takeQuantizationTables(bytes, segment)
            case 0xDD where segment.count >= 2:
                restartInterval =
                    UInt16(bytes.byte(segment.lowerBound)) << 8 | UInt16(bytes.byte(segment.lowerBound + 1))
            case 0xEE where bytes.isAdobeRGB(segment): throw .malformed("RGB JPEG", offset: marker.start)
            case Marker.startOfScan:
                try takeScanHeader(bytes, segment)
                scan = try Self.scan(bytes, from: segment.upperBound)
                return
            default: break
            }
            offset = segment.upperBound
        }
        throw .malformed("JPEG image without a scan", offset: offset)
    }

    /// Frame header, T.81 B.2.2.
    private mutating func takeFrame(_ bytes: RawSpan, _ segment: Range<Int>) throws(PacketizationError) {
        let start = segment.lowerBound
        guard segment.count >= 6, segment.count >= 6 + 3 * Int(bytes.byte(start + 5)) else {
            throw .malformed("frame header cut short", offset: start)
        }
        guard bytes.byte(start) == 8 else { throw .malformed("JPEG of \(bytes.byte(start)) bits", offset: start) }
        height = Int(bytes.byte(start + 1)) << 8 | Int(bytes.byte(start + 2))
        width = Int(bytes.byte(start + 3)) << 8 | Int(bytes.byte(start + 4))
        for size in [width, height] where size == 0 || size > Self.maximumDimension || size % 8 != 0 {
            throw .malformed("\(width)x\(height) pixels, no multiples of 8 up to 2040", offset: start)
        }
        guard bytes.byte(start + 5) == 3 else {
            throw .malformed("JPEG with \(bytes.byte(start + 5)) colour components", offset: start)
        }
        let luminance = Component(bytes, at: start + 6)
        let (blue, red) = (Component(bytes, at: start + 9), Component(bytes, at: start + 12))
        components = [luminance, blue, red]
        switch (luminance.sampling, blue.sampling, red.sampling) {
        case (0x21, 0x11, 0x11): type = 0
        case (0x22, 0x11, 0x11): type = 1
        default: throw .malformed("JPEG chroma neither 4:2:2 nor 4:2:0", offset: start)
        }
    }

    /// T.81 B.2.4.1.
    private mutating func takeQuantizationTables(
        _ bytes: RawSpan, _ segment: Range<Int>
    ) throws(PacketizationError) {
        var offset = segment.lowerBound
        while offset < segment.upperBound {
            let head = bytes.byte(offset)
            guard head & 0xF0 == 0 else { throw .malformed("16-bit quantization table", offset: offset) }
            guard head < 4, segment.upperBound - offset > Self.quantizationTable else {
                throw .malformed("damaged quantization table", offset: offset)
            }
            quantization[Int(head)] = offset + 1
            offset += 1 + Self.quantizationTable
        }
    }

    /// T.81 B.2.4.2.
    private mutating func takeHuffmanTables(_ bytes: RawSpan, _ segment: Range<Int>) throws(PacketizationError) {
        var offset = segment.lowerBound
        while offset < segment.upperBound {
            let head = bytes.byte(offset)
            var size = 16
            if segment.upperBound - offset > 16 {
                for place in 1...16 { size += Int(bytes.byte(offset + place)) }
            }
            guard head & 0xEC == 0, segment.upperBound - offset > size else {
                throw .malformed("damaged Huffman table", offset: offset)
            }
            let isAC = head & 0x10 != 0
            let table = JPEGHuffmanTable(isAC: isAC, bytes.extracting(offset + 1..<offset + 1 + size))
            if isAC { acTables[Int(head & 3)] = table } else { dcTables[Int(head & 3)] = table }
            offset += 1 + size
        }
    }

    /// T.81 B.2.3: all components in one scan, in the frame's order; for each its tables.
    private mutating func takeScanHeader(_ bytes: RawSpan, _ segment: Range<Int>) throws(PacketizationError) {
        let start = segment.lowerBound
        guard let components else { throw .malformed("scan without a frame header", offset: start) }
        guard segment.count >= 1, bytes.byte(start) == 3 else {
            throw .malformed("JPEG in several scans", offset: start)
        }
        guard segment.count >= 10 else { throw .malformed("scan header cut short", offset: start) }
        for index in components.indices {
            let component = components[index]
            let place = start + 1 + 2 * index
            let (dc, ac) = (Int(bytes.byte(place + 1) >> 4), Int(bytes.byte(place + 1) & 15))
            guard bytes.byte(place) == component.identifier, dc < 4, ac < 4 else {
                throw .malformed("damaged scan header", offset: start)
            }
            let wanted = index == 0 ? JPEGHuffmanTable.standardLuminance : .standardChrominance
            guard dcTables[dc] == wanted, acTables[ac] == wanted else {
                throw .malformed("JPEG with Huffman tables of its own", offset: start)
            }
        }
        guard let luminance = table(of: components[0]), let blue = table(of: components[1]),
            let red = table(of: components[2])
        else {
            throw .malformed("JPEG without its quantization tables", offset: start)
        }
        guard (0..<Self.quantizationTable).allSatisfy({ bytes.byte(blue + $0) == bytes.byte(red + $0) }) else {
            throw .malformed("JPEG with three quantization tables", offset: start)
        }
        (luminanceTable, chrominanceTable) = (luminance, blue)
    }

    private func table(of component: Component) -> Int? {
        component.quantization < 4 ? quantization[component.quantization] : nil
    }

    /// To the end-of-image marker, or to the unit's end if that is missing.
    private static func scan(_ bytes: RawSpan, from start: Int) throws(PacketizationError) -> Range<Int> {
        var end = bytes.byteCount
        if let marker = Marker(bytes, afterScan: start) {
            guard marker.code == Marker.endOfImage else {
                throw .malformed("JPEG with more than one scan, or a damaged one", offset: marker.start)
            }
            end = marker.start
            // AVI's interlaced pictures: a second image, after any padding.
            var next = Marker(bytes, from: marker.end)
            while let found = next {
                guard found.code != Marker.startOfImage else {
                    throw .malformed("interlaced JPEG: two images", offset: found.start)
                }
                next = Marker(bytes, from: found.end)
            }
        }
        guard end > start else { throw .malformed("empty scan", offset: start) }
        return start..<end
    }
}

extension RawSpan {
    /// Adobe's APP14 with transform 0 says that components are stored as they are: RGB if there are three.
    fileprivate func isAdobeRGB(_ segment: Range<Int>) -> Bool {
        segment.count >= 12
            && zip(segment, Array("Adobe".utf8)).allSatisfy { byte($0) == $1 } && byte(segment.lowerBound + 11) == 0
    }
}
