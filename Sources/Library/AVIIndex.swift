internal import LibAV

/// Whether the index of an AVI tells the truth: what a demuxer does not find in a wrong one would be lost without a word.
///
/// ```
///  0               4               8
///  +---------------+---------------+ - - - - - -
///  | 0 1 w b       | size          | data, padded to an even number of bytes
///  +---------------+---------------+ - - - - - -
/// ```
/// The name of a chunk of media begins with the stream's number in two digits.
struct AVIIndex: ~Copyable {
    private let file: OpenFile
    /// Entries of each stream whose chunks are looked at.
    private static let samples = 64
    /// Chunks after the last entry that are looked at.
    private static let maximumChunks = 10_000

    init(_ file: OpenFile) { self.file = file }

    /// - Returns: false if a stream has no entries, if an entry does not point to a chunk of its stream and size, or if
    ///   media lies behind the last entry.
    func isTrue(in context: borrowing InputContext) -> Bool {
        var end: Int64 = 0
        for stream in 0..<context.streamCount {
            let count = context.indexCount(stream: stream)
            guard count > 0 else { return false }
            for sample in 0..<Self.samples {
                let position = count <= Self.samples ? sample : (count - 1) * sample / (Self.samples - 1)
                guard position < count, let entry = context.indexEntry(stream: stream, at: position) else { continue }
                guard let chunk = chunk(at: entry.filePosition), chunk.stream == stream,
                    entry.size == 0 || entry.size == chunk.size
                else { return false }
                end = max(end, chunk.end)
            }
        }
        return !mediaFollows(end)
    }

    struct Chunk {
        let name: [UInt8]
        /// Nil for what is no media.
        let stream: Int?
        let isList: Bool
        let size: Int
        let end: Int64
    }

    private func mediaFollows(_ end: Int64) -> Bool {
        var position = end
        for _ in 0..<Self.maximumChunks {
            guard let chunk = chunk(at: position) else { return false }
            // What is cut off is no loss.
            if chunk.stream != nil, chunk.size > 0, chunk.end - Int64(chunk.size % 2) <= file.size { return true }
            // The content of a list, or of the next RIFF of a long file, follows its type.
            position = chunk.isList ? position + 12 : chunk.end
        }
        return false
    }

    /// Nil behind the end of the file, and where there is no chunk.
    func chunk(at position: Int64) -> Chunk? {
        var header: UInt64 = 0
        let count = withUnsafeMutableBytes(of: &header) { file.read(into: $0, at: position) }
        guard count == 8, position >= 0 else { return nil }
        let name = (0..<4).map { UInt8(truncatingIfNeeded: UInt64(littleEndian: header) >> ($0 * 8)) }
        guard name.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        let size = Int(UInt64(littleEndian: header) >> 32)
        let digits = name[..<2].map { Int($0) - Int(UInt8(ascii: "0")) }
        let isMedia = digits.allSatisfy { (0...9).contains($0) } && Self.kinds.contains(Array(name[2...]))
        let isList = name == Array("LIST".utf8) || name == Array("RIFF".utf8)
        return Chunk(
            name: name, stream: isMedia ? digits[0] * 10 + digits[1] : nil, isList: isList, size: size,
            end: position + 8 + Int64(size + size % 2))
    }

    private static let kinds = ["dc", "db", "wb"].map { Array($0.utf8) }
}
