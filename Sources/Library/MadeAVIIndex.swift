internal import LibAV
internal import MediaCore
internal import Timestamps

/// Makes the index that a large AVI lacks, from the headers of its chunks: an `idx1` that the demuxer is shown behind the
/// file's end. What the file has of its own is hidden.
///
/// ```
///  0               4               8               12              16
///  +---------------+---------------+---------------+---------------+
///  | 0 1 w b       | flags         | offset        | size          |
///  +---------------+---------------+---------------+---------------+
/// ```
struct MadeAVIIndex: ~Copyable {
    /// AVIIF_KEYFRAME.
    private static let keyFlag: UInt32 = 0x10
    /// Bytes of a picture that are looked at for its type.
    private static let headSize = 1_024
    /// Lists that begin inside others, and chunks that are hidden: more are no AVI.
    private static let maximumPatches = 1_024

    private let file: OpenFile
    private let index: AVIIndex
    private let maximumChunks: Int
    private let interrupt = Interrupt()
    private var pictures: [Int: KeyPictures] = [:]

    private var patches: [FileOverlay.Patch] = []
    private var entries: [UInt8] = []
    private var count = 0
    /// Of the first list of media: its header.
    private var movie: Int64?

    init(
        _ file: OpenFile, _ streams: [StreamDescription], _ limits: LibraryLimits, _ interrupt: Interrupt
    ) {
        self.file = file
        index = AVIIndex(file, self.interrupt)
        maximumChunks = limits.maximumChunks
        self.interrupt.follow(interrupt)
        self.interrupt.setDeadline(after: limits.indexTimeout.nanoseconds)
        for stream in streams where stream.codec.kind == .video {
            pictures[stream.index] = KeyPictures(stream.codec)
        }
    }

    /// Nil if the chunks do not follow each other up to the end of the file, if they are too many, or if it takes too
    /// long; offsets have 32 bits, so a file of 4 GB or more cannot have one either.
    consuming func overlay() -> FileOverlay? {
        let size = file.size
        guard size > 0, size + size % 2 < Int64(UInt32.max) else { return nil }
        let end = size + size % 2
        guard walk(to: size, end: end), let movie, count > 0 else { return nil }
        // All that follows is in the list, up to the new index.
        patches.append(FileOverlay.Patch(Self.bytes(UInt32(end - movie - 8)), at: movie + 4))
        let tail = Array("idx1".utf8) + Self.bytes(UInt32(entries.count)) + entries
        return FileOverlay(patches: patches, tail: tail, at: end)
    }

    private mutating func walk(to size: Int64, end: Int64) -> Bool {
        var position: Int64 = 0
        while position + 8 <= size {
            guard !interrupt.isFired, let chunk = index.chunk(at: position) else { return false }
            let isWhole = chunk.end - Int64(chunk.size % 2) <= size
            if chunk.isList {
                if movie == nil, isMovie(position) { movie = position }
                position = chunk.next
                continue
            }
            if !isWhole || Self.isIndex(chunk.name) {
                hide(position, until: min(chunk.end, end))
            } else if chunk.isMedia, let stream = chunk.stream {
                guard count < maximumChunks else { return false }
                add(chunk, stream, at: position)
            }
            guard patches.count < Self.maximumPatches else { return false }
            position = chunk.end
        }
        return true
    }

    private static func isIndex(_ name: [UInt8]) -> Bool {
        name == Array("idx1".utf8) || name == Array("indx".utf8)
    }

    private func isMovie(_ list: Int64) -> Bool { bytes(at: list + 8, limit: 4) == Array("movi".utf8) }

    /// Makes junk of a chunk.
    private mutating func hide(_ position: Int64, until end: Int64) {
        let name = Array("JUNK".utf8) + Self.bytes(UInt32(max(0, end - position - 8)))
        patches.append(FileOverlay.Patch(name, at: position))
    }

    private mutating func add(_ chunk: AVIIndex.Chunk, _ stream: Int, at position: Int64) {
        count += 1
        var isKey = true
        if pictures[stream] != nil {
            let head = bytes(at: position + 8, limit: min(chunk.size, Self.headSize))
            isKey = pictures[stream]?.canBegin(with: head.span.bytes) ?? false
        }
        entries += chunk.name
        entries += Self.bytes(isKey ? Self.keyFlag : 0)
        entries += Self.bytes(UInt32(position))
        entries += Self.bytes(UInt32(chunk.size))
    }

    private func bytes(at position: Int64, limit: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position))
        }
    }

    private static func bytes(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
}
