internal import LibAV

/// Whether an MP4's samples are spread over movie fragments (ISO/IEC 14496-12 8.8), so that the demuxer's index may
/// not name them all.
///
/// Only the headers of the boxes on the way to `moov/mvex` are read.
enum MovieFragments {
    /// Boxes looked at before the answer is `unknown`.
    private static let maximumBoxes = 4_096

    /// False only if the movie box says that all samples are its own. True also where the file does not tell, and when
    /// `interrupt` has fired.
    static func mayFollow(in file: OpenFile, _ interrupt: Interrupt) -> Bool {
        let size = file.size
        guard let movie = find("moov", in: file, 0..<max(0, size), interrupt) else { return true }
        // A compressed movie (QuickTime's `cmov`) hides what it holds.
        return find("cmov", in: file, movie, interrupt) != nil || find("mvex", in: file, movie, interrupt) != nil
            || interrupt.isFired
    }

    /// The content of the first box of `type` among those that fill `range`.
    private static func find(_ type: StaticString, in file: OpenFile, _ range: Range<Int64>, _ interrupt: Interrupt)
        -> Range<Int64>?
    {
        var position = range.lowerBound
        for _ in 0..<maximumBoxes {
            guard !interrupt.isFired, let header = Header(file, at: position, end: range.upperBound) else { return nil }
            if header.hasType(type) { return header.content }
            position = header.content.upperBound
        }
        return nil
    }

    /// ```
    ///  0               4               8                      16
    ///  +---------------+---------------+ - - - - - - - - - - - +
    ///  | size          | type          | size, if that is 1    |     size 0: to the end of the enclosing box
    ///  +---------------+---------------+ - - - - - - - - - - - +
    /// ```
    private struct Header {
        let type: UInt32
        let content: Range<Int64>

        init?(_ file: OpenFile, at position: Int64, end: Int64) {
            var bytes = (UInt64(0), UInt64(0))
            let count = withUnsafeMutableBytes(of: &bytes) { file.read(into: $0, at: position) }
            guard count >= 8, end - position >= 8 else { return nil }
            let first = UInt64(bigEndian: bytes.0)
            type = UInt32(truncatingIfNeeded: first)
            var headerSize: Int64 = 8
            var size = Int64(first >> 32)
            if size == 1 {
                guard count == 16, let large = Int64(exactly: UInt64(bigEndian: bytes.1)) else { return nil }
                headerSize = 16
                size = large
            }
            if size == 0 { size = end - position }
            guard size >= headerSize, size <= end - position else { return nil }
            content = position + headerSize..<position + size
        }

        func hasType(_ name: StaticString) -> Bool {
            name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } } == type
        }
    }
}
