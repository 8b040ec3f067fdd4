/// Which part of an MPEG-1 or MPEG-2 picture goes into the next packet, and what RFC 2250 3.4 says before it.
///
/// By RFC 2250 3.1 a sequence header begins a packet; group and picture headers begin one or follow those above them; a
/// slice begins a packet, or follows headers or whole slices. A slice that a packet has room for is not split.
struct MPEGVideoPacket {
    /// Bytes of the video-specific header.
    static let header = 4

    /// The packet's place in the unit.
    private(set) var start = 0
    private(set) var end = 0
    /// What begins at `end`, or what the packet ended inside of.
    private var element: Element
    /// TR, P, FBV, BFC, FFV, FFC of the picture at hand, at their places in the header.
    private var picture: UInt32 = 0
    private var hasSequenceHeader = false
    private var hasSlices = false
    private var endsSlice = false
    /// The packet begins inside a slice, or inside a header larger than a packet.
    private var isContinuation = false

    /// A start code and what belongs to it.
    private struct Element {
        let code: UInt8
        let start: Int
        let end: Int

        static let picture: UInt8 = 0x00
        static let slices: ClosedRange<UInt8> = 0x01...0xAF
        static let sequenceHeader: UInt8 = 0xB3
        static let sequenceEnd: UInt8 = 0xB7

        var isSlice: Bool { Self.slices.contains(code) }

        init(_ bytes: RawSpan, at start: Int) {
            self.start = start
            guard let code = bytes.startCodeEnd(from: start), code < bytes.byteCount else {
                (self.code, end) = (Self.sequenceEnd, bytes.byteCount)
                return
            }
            self.code = bytes.byte(code)
            self.end =
                bytes.startCodeEnd(from: code).map { $0 < bytes.byteCount ? $0 - 3 : bytes.byteCount }
                ?? bytes.byteCount
        }
    }

    /// A slice's own header is not to be split: start code, vertical position extension, quantiser, extra information.
    private static let leastSliceStart = 16

    /// - Parameter bytes: begin with a start code.
    init(firstPictureIn bytes: RawSpan) {
        element = Element(bytes, at: 0)
        var next = element
        while next.code != Element.picture, !next.isSlice, next.end < bytes.byteCount {
            next = Element(bytes, at: next.end)
        }
        if next.code == Element.picture { picture = Self.pictureFields(bytes, next.start) }
    }

    /// Moves `end` on as far as the packet goes; at least one byte.
    ///
    /// - Parameter largest: bytes of the stream that a packet has room for.
    mutating func extend(_ bytes: RawSpan, largest: Int) {
        let full = start + largest
        repeat {
            guard element.end <= full else {
                let isLarge = element.end - element.start > largest
                guard end == start || isLarge && full - end >= Self.leastSliceStart else { return }
                take(bytes, upTo: full)
                return
            }
            take(bytes, upTo: element.end)
            guard end < bytes.byteCount else { return }
            element = Element(bytes, at: end)
        } while mayFollow(element)
    }

    private mutating func take(_ bytes: RawSpan, upTo place: Int) {
        if end > element.start {
            (isContinuation, hasSlices) = (true, true)
        } else if element.isSlice {
            hasSlices = true
        } else if element.code == Element.sequenceHeader {
            hasSequenceHeader = true
        } else if element.code == Element.picture {
            picture = Self.pictureFields(bytes, element.start)
        }
        let endsElement = place == element.end
        endsSlice = endsElement && (element.isSlice || endsSlice && element.code == Element.sequenceEnd)
        end = place
    }

    private func mayFollow(_ element: Element) -> Bool {
        switch element.code {
        case Element.sequenceEnd: true
        case Element.slices: !isContinuation
        case Element.sequenceHeader: false
        default: !hasSlices
        }
    }

    /// The next packet begins where this one ends.
    mutating func advance() {
        start = end
        (hasSequenceHeader, hasSlices, endsSlice, isContinuation) = (false, false, false, false)
    }

    /// RFC 2250 3.4.
    var headerWord: UInt32 {
        let beginsSlice = hasSlices && !isContinuation
        return picture | (hasSequenceHeader ? 1 << 13 : 0) | (beginsSlice ? 1 << 12 : 0) | (endsSlice ? 1 << 11 : 0)
    }

    /// From a picture header (ISO/IEC 13818-2 6.2.3); vectors only for the picture types that have them.
    private static func pictureFields(_ bytes: RawSpan, _ start: Int) -> UInt32 {
        guard let code = bytes.startCodeEnd(from: start) else { return 0 }
        var bits: UInt64 = 0
        for place in 1...5 { bits = bits << 8 | UInt64(code + place < bytes.byteCount ? bytes.byte(code + place) : 0) }
        let field = { (shift: Int, mask: UInt64) in UInt32(bits >> UInt64(shift) & mask) }
        let (reference, type) = (field(30, 0x3FF), field(27, 7))
        // full_pel_forward_vector and forward_f_code, then the same for backward.
        let forward = type == 2 || type == 3 ? field(7, 15) : 0
        let backward = type == 3 ? field(3, 15) : 0
        return reference << 16 | type << 8 | backward << 4 | forward
    }
}
