/// What the colour specification box says: ISO/IEC 15444-1 I.5.3.3.
enum JPEG2000ColorSpace {
    case other
    /// sYCC.
    case luminanceChrominance

    /// Nil if `boxes` have no `colr` box with an enumerated space, be it in a `jp2h` box.
    init?(boxes: [UInt8]) {
        self.init(boxes.span.bytes)
    }

    /// - Parameter isHeader: `bytes` are those of a `jp2h` box, which holds no other of its kind.
    private init?(_ bytes: RawSpan, isHeader: Bool = false) {
        var offset = 0
        while let box = JP2Box(bytes, at: offset) {
            let contents = bytes.extracting(box.contents)
            if !isHeader, box.type == JP2Box.header, let inner = Self(contents, isHeader: true) {
                self = inner
                return
            }
            // METH 8 | PREC 8 | APPROX 8 | EnumCS 32, if METH is 1.
            if box.type == JP2Box.color, contents.byteCount >= 7, contents.byte(0) == 1 {
                self = contents.long(3) == 18 ? .luminanceChrominance : .other
                return
            }
            offset = box.contents.upperBound
        }
        return nil
    }
}

/// A box of a JP2 file, ISO/IEC 15444-1 I.4: LBox 32 | TBox 32 | XLBox 64, if LBox is 1 | contents.
struct JP2Box {
    let type: Int
    let contents: Range<Int>

    /// `jp2c`, `jp2h`, `colr`
    static let codestream = 0x6A70_3263
    static let header = 0x6A70_3268
    static let color = 0x636F_6C72

    /// Nil if there is none at `offset`, or not all of it.
    init?(_ bytes: RawSpan, at offset: Int) {
        guard offset >= 0, bytes.byteCount - offset >= 8 else { return nil }
        type = bytes.long(offset + 4)
        var size = bytes.long(offset)
        var head = 8
        if size == 1 {
            guard bytes.byteCount - offset >= 16, bytes.long(offset + 8) == 0 else { return nil }
            (size, head) = (bytes.long(offset + 12), 16)
        }
        if size == 0 { size = bytes.byteCount - offset }
        guard size >= head, size <= bytes.byteCount - offset else { return nil }
        contents = offset + head..<offset + size
    }
}

extension RawSpan {
    /// Big-endian. - Precondition: all lie in the span; checked.
    @inline(__always)
    func word(_ offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func quad(_ offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    func long(_ offset: Int) -> Int { Int(quad(offset)) }
}
