internal import LibAV

/// Whether streams follow one another in an Ogg file (RFC 3533 4, "chaining"): each has page times of its own, so that no landing tells how
/// much lies before it.
enum OggChain {
    /// A page's header without its segment table: RFC 3533 6.
    private static let headerSize = 27
    /// Header, segment table and 255 segments of 255 bytes: one page at least begins in so many bytes at the end.
    private static let maximumPage = 27 + 255 + 255 * 255
    /// Streams that run side by side.
    private static let maximumStreams = 64

    /// The last page belongs to a stream that does not begin with the file. False also where the file does not tell.
    static func isChained(_ file: OpenFile) -> Bool {
        guard let last = lastSerial(in: file) else { return false }
        let first = firstSerials(in: file)
        return !first.isEmpty && !first.contains(last)
    }

    /// Of the pages at the start of the file that begin a stream.
    private static func firstSerials(in file: OpenFile) -> Set<UInt32> {
        var serials: Set<UInt32> = []
        var position: Int64 = 0
        while serials.count < maximumStreams, let page = Page(file, at: position), page.beginsStream {
            serials.insert(page.serial)
            position += page.size
        }
        return serials
    }

    private static func lastSerial(in file: OpenFile) -> UInt32? {
        let start = max(0, file.size - Int64(maximumPage))
        var bytes = [UInt8](repeating: 0, count: maximumPage)
        let count = bytes.withUnsafeMutableBytes { file.read(into: $0, at: start) }
        guard count >= headerSize else { return nil }
        // Four bytes of a packet may look like a page's first.
        for offset in (0...count - headerSize).reversed() where Page.begins(bytes, at: offset) {
            if let page = Page(file, at: start + Int64(offset)), start + Int64(offset) + page.size <= file.size {
                return page.serial
            }
        }
        return nil
    }

    /// ```
    /// | "OggS" | version (8) | flags (8) | granule position (64) | serial (32) | sequence (32) | checksum (32) | segments (8) | their sizes |
    /// ```
    private struct Page {
        let beginsStream: Bool
        let serial: UInt32
        /// Bytes of the whole page.
        let size: Int64

        static func begins(_ bytes: [UInt8], at offset: Int) -> Bool {
            bytes[offset] == 0x4F && bytes[offset + 1] == 0x67 && bytes[offset + 2] == 0x67 && bytes[offset + 3] == 0x53
                && bytes[offset + 4] == 0
        }

        init?(_ file: OpenFile, at position: Int64) {
            var bytes = [UInt8](repeating: 0, count: OggChain.headerSize + 255)
            let count = bytes.withUnsafeMutableBytes { file.read(into: $0, at: position) }
            guard count >= OggChain.headerSize, Self.begins(bytes, at: 0) else { return nil }
            let segments = Int(bytes[26])
            guard count >= OggChain.headerSize + segments else { return nil }
            beginsStream = bytes[5] & 2 != 0
            serial = (0..<4).reduce(0) { $0 | UInt32(bytes[14 + $1]) << UInt32(8 * $1) }
            let content = bytes[OggChain.headerSize..<OggChain.headerSize + segments].reduce(0) { $0 + Int64($1) }
            size = Int64(OggChain.headerSize + segments) + content
        }
    }
}
