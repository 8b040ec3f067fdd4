/// The main header of a JPEG 2000 codestream, ISO/IEC 15444-1 annex A, as far as RFC 5371 needs it; and where in a unit the codestream
/// lies: bare, or in the contiguous codestream box of a JP2 file (I.5.4).
struct JPEG2000Codestream {
    /// In the unit, from SOC on.
    let range: Range<Int>
    /// Bytes of it, up to the first tile-part; from here on offsets count from SOC.
    private(set) var mainHeader = 0
    /// Pixels.
    private(set) var width = 0
    private(set) var height = 0
    /// XRsiz and YRsiz of the first four components, A.5.1.
    private var subsampling: InlineArray<4, (UInt8, UInt8)> = [(1, 1), (1, 1), (1, 1), (1, 1)]
    private var components = 0
    /// The encoder made luminance and chrominance of red, green and blue, and decoders undo that: A.6.1, table A.17.
    private var isTransformed = false

    private enum Marker {
        static let startOfCodestream: UInt16 = 0xFF4F
        static let size: UInt16 = 0xFF51
        static let codingStyle: UInt16 = 0xFF52
        static let startOfTilePart: UInt16 = 0xFF90
    }

    /// - Throws: `.malformed`.
    init(parsing bytes: RawSpan) throws(PacketizationError) {
        range = try Self.codestream(in: bytes)
        let stream = bytes.extracting(range)
        guard stream.byteCount >= 4, stream.word(0) == Marker.startOfCodestream, stream.word(2) == Marker.size else {
            throw .malformed("no JPEG 2000 codestream", offset: range.lowerBound)
        }
        var offset = 2
        while offset + 4 <= stream.byteCount {
            let marker = stream.word(offset)
            if marker == Marker.startOfTilePart {
                mainHeader = offset
                return
            }
            let length = Int(stream.word(offset + 2))
            guard marker >= 0xFF00, length >= 2, offset + 2 + length <= stream.byteCount else {
                throw .malformed("damaged JPEG 2000 main header", offset: range.lowerBound + offset)
            }
            let segment = stream.extracting(offset + 4..<offset + 2 + length)
            if marker == Marker.size { try takeSize(segment) }
            if marker == Marker.codingStyle, segment.byteCount >= 5 { isTransformed = segment.byte(4) == 1 }
            offset += 2 + length
        }
        throw .malformed("JPEG 2000 codestream without tiles", offset: range.upperBound)
    }

    /// SIZ, A.5.1: Rsiz 16 | Xsiz 32 | Ysiz 32 | XOsiz 32 | YOsiz 32 | tiles 128 | Csiz 16 | for each component: Ssiz XRsiz YRsiz.
    private mutating func takeSize(_ segment: RawSpan) throws(PacketizationError) {
        guard segment.byteCount >= 36, segment.byteCount >= 36 + 3 * Int(segment.word(34)) else {
            throw .malformed("JPEG 2000 size cut short", offset: range.lowerBound)
        }
        width = segment.long(2) - segment.long(10)
        height = segment.long(6) - segment.long(14)
        components = Int(segment.word(34))
        guard width > 0, height > 0, components > 0 else {
            throw .malformed("JPEG 2000 picture of \(width)x\(height)", offset: range.lowerBound)
        }
        for index in 0..<min(components, 4) {
            subsampling[index] = (segment.byte(36 + 3 * index + 1), segment.byte(36 + 3 * index + 2))
        }
    }

    /// Boxes are looked through for `jp2c`; a unit that begins with SOC is the codestream.
    private static func codestream(in bytes: RawSpan) throws(PacketizationError) -> Range<Int> {
        if bytes.byteCount >= 2, bytes.word(0) == Marker.startOfCodestream { return 0..<bytes.byteCount }
        var offset = 0
        while let box = JP2Box(bytes, at: offset) {
            if box.type == JP2Box.codestream { return box.contents }
            offset = box.contents.upperBound
        }
        // QuickTime files of old: the box's length begins with its last byte.
        if bytes.byteCount >= offset + 10, bytes.long(offset + 4) == JP2Box.codestream,
            bytes.word(offset + 8) == Marker.startOfCodestream
        {
            return offset + 8..<bytes.byteCount
        }
        throw .malformed("no JPEG 2000 codestream", offset: 0)
    }

    /// RFC 5371 6.1's name for the components; nil if it has none.
    func sampling(_ space: JPEG2000ColorSpace?) -> String? {
        let (first, blue, red) = (subsampling[0], subsampling[1], subsampling[2])
        guard first == (1, 1) else { return nil }
        switch components {
        case 1: return "GRAYSCALE"
        case 3 where blue == red:
            switch blue {
            case (1, 1): return space == .luminanceChrominance && !isTransformed ? "YCbCr-4:4:4" : "RGB"
            case (2, 1): return "YCbCr-4:2:2"
            case (2, 2): return "YCbCr-4:2:0"
            case (4, 1): return "YCbCr-4:1:1"
            default: return nil
            }
        case 4 where blue == (1, 1) && red == (1, 1) && subsampling[3] == (1, 1):
            return space == .luminanceChrominance && !isTransformed ? "YCbCrA" : "RGBA"
        default: return nil
        }
    }
}
