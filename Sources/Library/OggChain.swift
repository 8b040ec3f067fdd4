internal import LibAV
internal import MediaCore

/// Whether streams follow one another in an Ogg file (RFC 3533 4, "chaining"): each has page times of its own, so that no landing tells how
/// much lies before it.
///
/// A stream that begins behind another's pages shows it. Of a large file the start and the end are looked at, and places between, where pages
/// are numbered: one stream's numbers grow, and begin anew where another stream with the same serial number follows, as in a file that is
/// joined to itself.
enum OggChain {
    /// A page's header without its segment table: RFC 3533 6.
    private static let headerSize = 27
    /// Header, segment table and 255 segments of 255 bytes: one page at least begins in so many bytes at the end.
    private static let maximumPage = 27 + 255 + 255 * 255
    /// Bytes from the start of the file of which every page is looked at.
    private static let walked: Int64 = 32 << 20
    /// Places behind them that are compared.
    private static let places: Int64 = 64

    /// What looks like a page in one place, and may be none.
    private static let maximumCandidates = 64

    /// False also where the file does not tell.
    /// - Parameter interrupt: ends the search.
    static func isChained(_ file: OpenFile, _ interrupt: Interrupt? = nil) -> Bool {
        var beginning = Beginning()
        if beginning.walk(file, to: walked, interrupt) { return true }
        guard beginning.end < file.size else { return false }
        return hasLaterStream(file, beginning)
    }

    /// The last page belongs to a stream that does not begin with the file, or pages are not numbered as those of one stream.
    private static func hasLaterStream(_ file: OpenFile, _ beginning: Beginning) -> Bool {
        guard !beginning.last.isEmpty else { return false }
        var last = beginning.last
        for place in 1...places {
            let page =
                place < places
                ? firstPage(in: file, from: beginning.end + (file.size - beginning.end) / places * place)
                : lastPage(in: file)
            guard let page else { continue }
            guard let before = last[page.serial], before <= page.number, !page.beginsStream else { return true }
            last[page.serial] = page.number
        }
        return false
    }

    /// The pages at the start of a file.
    private struct Beginning {
        /// Numbers of the last pages of all streams, by serial number.
        private(set) var last: [UInt32: UInt32] = [:]
        /// Where the pages that have been looked at end.
        private(set) var end: Int64 = 0

        /// Streams that run side by side.
        private static let maximumStreams = 64

        /// - Returns: whether a stream begins behind another's pages.
        mutating func walk(_ file: OpenFile, to limit: Int64, _ interrupt: Interrupt?) -> Bool {
            var hasBegun = false
            while end < limit, interrupt?.isFired != true, last.count <= Self.maximumStreams,
                let page = Page(file, at: end)
            {
                // The streams of one link of the chain begin together.
                if page.beginsStream, hasBegun { return true }
                hasBegun = hasBegun || !page.beginsStream
                last[page.serial] = page.number
                end += page.size
            }
            return false
        }
    }

    private static func firstPage(in file: OpenFile, from position: Int64) -> Page? {
        // Of a page that has just begun the end is behind the window.
        let bytes = read(file, 2 * maximumPage, at: position)
        guard bytes.count >= headerSize else { return nil }
        var candidates = 0
        for offset in 0...bytes.count - headerSize where Page.begins(bytes, at: offset) {
            candidates += 1
            guard candidates <= maximumCandidates else { break }
            // Four bytes of a packet may look like a page's first: another page follows a true one.
            if let page = Page(file, at: position + Int64(offset)),
                Page(file, at: position + Int64(offset) + page.size) != nil
            {
                return page
            }
        }
        return nil
    }

    private static func lastPage(in file: OpenFile) -> Page? {
        let start = max(0, file.size - Int64(maximumPage))
        let bytes = read(file, maximumPage, at: start)
        guard bytes.count >= headerSize else { return nil }
        for offset in (0...bytes.count - headerSize).reversed() where Page.begins(bytes, at: offset) {
            if let page = Page(file, at: start + Int64(offset)), start + Int64(offset) + page.size <= file.size {
                return page
            }
        }
        return nil
    }

    private static func read(_ file: OpenFile, _ count: Int, at position: Int64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position))
        }
    }

    /// ```
    /// | "OggS" | version (8) | flags (8) | granule position (64) | serial (32) | sequence (32) | checksum (32) | segments (8) | their sizes |
    /// ```
    private struct Page {
        let beginsStream: Bool
        let serial: UInt32
        /// Of the pages of its stream, from 0.
        let number: UInt32
        /// Bytes of the whole page.
        let size: Int64

        static func begins(_ bytes: [UInt8], at offset: Int) -> Bool {
            bytes[offset] == 0x4F && bytes[offset + 1] == 0x67 && bytes[offset + 2] == 0x67 && bytes[offset + 3] == 0x53
                && bytes[offset + 4] == 0
        }

        init?(_ file: OpenFile, at position: Int64) {
            let bytes = OggChain.read(file, OggChain.headerSize + 255, at: position)
            guard bytes.count >= OggChain.headerSize, Self.begins(bytes, at: 0) else { return nil }
            let segments = Int(bytes[26])
            guard bytes.count >= OggChain.headerSize + segments else { return nil }
            func integer(_ offset: Int) -> UInt32 {
                (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
            }
            beginsStream = bytes[5] & 2 != 0
            (serial, number) = (integer(14), integer(18))
            let content = bytes[OggChain.headerSize..<OggChain.headerSize + segments].reduce(0) { $0 + Int64($1) }
            size = Int64(OggChain.headerSize + segments) + content
        }
    }
}

extension OggChain {
    /// A header of a stream that follows another: libavformat takes it for a unit if both have the same serial number. Opus has two, RFC 7845 5.
    static func isHeader(_ bytes: RawSpan, _ codec: Codec) -> Bool {
        guard codec == .opus, bytes.byteCount >= 8 else { return false }
        return bytes.extracting(0..<8).withUnsafeBytes {
            $0.elementsEqual("OpusHead".utf8) || $0.elementsEqual("OpusTags".utf8)
        }
    }
}
