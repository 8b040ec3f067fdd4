internal import LibAV
internal import MediaCore

/// Whether the index of an AVI tells the truth: what a demuxer does not find in a wrong one would be lost without a word.
///
/// ```
///  0               4               8
///  +---------------+---------------+ - - - - - -
///  | 0 1 w b       | size          | data, padded to an even number of bytes
///  +---------------+---------------+ - - - - - -
/// ```
/// The name of a chunk of a stream begins with the stream's number in two digits.
struct AVIIndex: ~Copyable {
    private let file: OpenFile
    private let interrupt: Interrupt
    /// Entries of each stream whose chunks are looked at.
    private static let samples = 64
    /// Chunks after the last entry that are looked at.
    private static let maximumChunks = 10_000
    /// Chunks behind each of those that are looked at, where a stream has no entries.
    private static let neighbours = 16

    /// - Parameter interrupt: ends the look at the file; what was found then is of no worth.
    init(_ file: OpenFile, _ interrupt: Interrupt) { (self.file, self.interrupt) = (file, interrupt) }

    /// - Returns: false if no stream has entries, if an entry does not point to a chunk of its stream and size, if media
    ///   lies behind the last entry, or if a stream of video or audio has chunks and no entries.
    func isTrue(in context: borrowing InputContext) -> Bool {
        let streams = 0..<context.streamCount
        let named = Set(streams.filter { context.indexCount(stream: $0) > 0 })
        guard !named.isEmpty else { return false }
        let unnamed = Set(streams).subtracting(named).filter {
            [.video, .audio].contains(context.stream($0).codec.kind)
        }
        var end: Int64 = 0
        for stream in named {
            let count = context.indexCount(stream: stream)
            for sample in 0..<Self.samples {
                let position = count <= Self.samples ? sample : (count - 1) * sample / (Self.samples - 1)
                guard position < count, let entry = context.indexEntry(stream: stream, at: position) else { continue }
                guard let chunk = chunk(at: entry.filePosition), chunk.stream == stream,
                    entry.size == 0 || entry.size == chunk.size
                else { return false }
                if !unnamed.isEmpty, isAny(of: unnamed, behind: chunk.end) { return false }
                end = max(end, chunk.end)
            }
        }
        return !mediaFollows(end)
    }

    /// Whether a chunk of one of `streams` is among those that follow `position`.
    private func isAny(of streams: Set<Int>, behind position: Int64) -> Bool {
        var position = position
        for _ in 0..<Self.neighbours {
            guard let chunk = chunk(at: position) else { return false }
            if let stream = chunk.stream, chunk.isMedia, chunk.size > 0, streams.contains(stream) { return true }
            position = chunk.next
        }
        return false
    }

    struct Chunk {
        let name: [UInt8]
        /// Nil for what belongs to no stream.
        let stream: Int?
        /// Holds pictures or audio: what it would be a loss not to find.
        let isMedia: Bool
        let isList: Bool
        let size: Int
        let position: Int64

        var end: Int64 { position + 8 + Int64(size + size % 2) }
        /// The content of a list, or of the next RIFF of a long file, follows its type.
        var next: Int64 { isList ? position + 12 : end }
    }

    private func mediaFollows(_ end: Int64) -> Bool {
        var position = end
        for _ in 0..<Self.maximumChunks {
            guard let chunk = chunk(at: position) else { return false }
            // What is cut off is no loss.
            if chunk.isMedia, chunk.size > 0, chunk.end - Int64(chunk.size % 2) <= file.size { return true }
            position = chunk.next
        }
        return false
    }

    /// Nil behind the end of the file, where there is no chunk, and when `interrupt` has fired.
    func chunk(at position: Int64) -> Chunk? {
        guard !interrupt.isFired else { return nil }
        var header: UInt64 = 0
        let count = withUnsafeMutableBytes(of: &header) { file.read(into: $0, at: position) }
        guard count == 8, position >= 0 else { return nil }
        let name = (0..<4).map { UInt8(truncatingIfNeeded: UInt64(littleEndian: header) >> ($0 * 8)) }
        guard name.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        let size = Int(UInt64(littleEndian: header) >> 32)
        let digits = name[..<2].map { Int($0) - Int(UInt8(ascii: "0")) }
        let kind = digits.allSatisfy { (0...9).contains($0) } ? Array(name[2...]) : []
        let isMedia = Self.media.contains(kind)
        let isList = name == Array("LIST".utf8) || name == Array("RIFF".utf8)
        return Chunk(
            name: name, stream: isMedia || Self.others.contains(kind) ? digits[0] * 10 + digits[1] : nil,
            isMedia: isMedia, isList: isList, size: size, position: position)
    }

    /// Compressed and uncompressed pictures, audio.
    private static let media = ["dc", "db", "wb"].map { Array($0.utf8) }
    /// Changes of the palette, subtitles, text.
    private static let others = ["pc", "sb", "tx"].map { Array($0.utf8) }
}
