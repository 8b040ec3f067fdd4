/// A tile-part of a codestream, ISO/IEC 15444-1 A.4.2: SOT 16 | Lsot 16 = 10 | Isot 16 | Psot 32 | TPsot 8 | TNsot 8 | ... SOD ...
struct JPEG2000TilePart {
    /// In the codestream; of the last one with the end of the codestream.
    let range: Range<Int>
    let tile: UInt16
    /// Where its data begin.
    private let data: Int

    private static let header = 12
    /// SOP: FF91, its length of 4.
    private static let startOfPacket: UInt32 = 0xFF91_0004

    /// What is no tile-part, or says that it is longer than there are bytes, extends to the codestream's end.
    init(_ bytes: RawSpan, at start: Int) {
        var end = bytes.byteCount
        var tile: UInt16 = 0
        if end - start >= Self.header, bytes.word(start) == 0xFF90 {
            tile = bytes.word(start + 4)
            let size = bytes.long(start + 6)
            // What is left is the end-of-codestream marker.
            if size >= Self.header, end - start - size > 2 { end = start + size }
        }
        range = start..<end
        self.tile = tile
        data = Self.data(of: bytes, range)
    }

    /// After SOD; the tile-part's end if its header is damaged.
    private static func data(of bytes: RawSpan, _ range: Range<Int>) -> Int {
        var offset = range.lowerBound
        while offset + 4 <= range.upperBound {
            if bytes.word(offset) == 0xFF93 { return offset + 2 }
            offset += 2 + max(2, Int(bytes.word(offset + 2)))
        }
        return range.upperBound
    }

    /// Where the packets that begin at `start` end: the header has its own if JPEG 2000 packets are marked (SOP, A.8.1), and of these as
    /// many as fit are together. Where they are not marked, or one is larger than an RTP packet, a packet ends where it is full.
    func end(ofGroupFrom start: Int, in bytes: RawSpan, largest: Int) -> Int {
        guard data + 6 <= range.upperBound, bytes.quad(data) == Self.startOfPacket else { return range.upperBound }
        guard start >= data else { return data }
        var end = nextPacket(after: start, in: bytes)
        while end < range.upperBound {
            let next = nextPacket(after: end, in: bytes)
            guard next - start <= largest else { break }
            end = next
        }
        return end
    }

    private func nextPacket(after start: Int, in bytes: RawSpan) -> Int {
        var offset = start + 6
        while offset + 6 <= range.upperBound {
            if bytes.byte(offset) == 0xFF, bytes.quad(offset) == Self.startOfPacket { return offset }
            offset += 1
        }
        return range.upperBound
    }
}
