import Foundation

/// Rewrites an AVI as an OpenDML file (AVI 2.0, "OpenDML AVI File Format Extensions" 1.02): several RIFFs in a row, the
/// index in pieces at the end of each and their places in the header. Junk between the chunks makes it large; it is
/// never written, so the file takes no room on the disk.
struct OpenDMLAVI {
    private let source: SkewedAVI
    /// Bytes of junk before each chunk.
    private let spacing: Int
    private let parts: Int

    /// One piece of the index.
    private struct Piece {
        let stream: Int
        let position: Int
        let size: Int
        let count: Int
    }

    init(_ path: String, size: Int, parts: Int) throws {
        source = try SkewedAVI(path, skew: 0)
        spacing = size / source.chunks.count & ~1
        self.parts = parts
    }

    func write(to url: URL, index: Bool) throws {
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        func put(_ data: Data, at position: Int) throws {
            try file.seek(toOffset: UInt64(position))
            try file.write(contentsOf: data)
        }
        var pieces: [Piece] = []
        var position = 0
        let share = (source.chunks.count + parts - 1) / parts
        for part in 0..<parts {
            let riff = position
            let head = Data((part == 0 ? "AVI " : "AVIX").utf8) + (part == 0 ? source.header : Data())
            let list = riff + 8 + head.count
            position = list + 12
            var entries: [Int: Data] = [:]
            for chunk in source.chunks[part * share..<min((part + 1) * share, source.chunks.count)] {
                try put(Data("JUNK".utf8) + SkewedAVI.bytes(UInt32(spacing)), at: position)
                position += 8 + spacing
                try put(chunk.bytes, at: position)
                let notKey: UInt32 = chunk.flags & 0x10 == 0 ? 1 << 31 : 0
                entries[chunk.isAudio ? 1 : 0, default: Data()] +=
                    SkewedAVI.bytes(UInt32(position + 8 - list))
                    + SkewedAVI.bytes(SkewedAVI.word(chunk.bytes, at: 4) | notKey)
                position += chunk.bytes.count
            }
            for (stream, entries) in entries.sorted(by: { $0.key < $1.key }) where index {
                let piece = Self.piece(stream, base: list, entries)
                pieces.append(
                    Piece(stream: stream, position: position, size: piece.count, count: entries.count / 8))
                try put(piece, at: position)
                position += piece.count
            }
            try put(Data("RIFF".utf8) + SkewedAVI.bytes(UInt32(position - riff - 8)) + head, at: riff)
            try put(Data("LIST".utf8) + SkewedAVI.bytes(UInt32(position - list - 8)) + Data("movi".utf8), at: list)
        }
        try put(indexed(source.header, pieces), at: 12)
    }

    /// A standard index chunk: `ix00`.
    private static func piece(_ stream: Int, base: Int, _ entries: Data) -> Data {
        let name = stream == 0 ? "00dc" : "01wb"
        return Data("ix0\(stream)".utf8) + SkewedAVI.bytes(UInt32(24 + entries.count))
            + Data([2, 0, 0, 1]) + SkewedAVI.bytes(UInt32(entries.count / 8)) + Data(name.utf8)
            + SkewedAVI.bytes(UInt32(truncatingIfNeeded: base)) + SkewedAVI.bytes(UInt32(base >> 32))
            + SkewedAVI.bytes(UInt32(0)) + entries
    }

    /// `header` with a super index, `indx`, in the place of the junk that each stream's list ends with.
    private func indexed(_ header: Data, _ pieces: [Piece]) -> Data {
        var header = header
        var from = header.startIndex
        for stream in 0..<2 where !pieces.isEmpty {
            let format = header.range(of: Data("strf".utf8), in: from..<header.endIndex)!
            let junk = header.range(of: Data("JUNK".utf8), in: format.upperBound..<header.endIndex)!
            let own = pieces.filter { $0.stream == stream }
            let places = own.reduce(into: Data()) { data, piece in
                data += SkewedAVI.bytes(UInt32(truncatingIfNeeded: piece.position))
                data += SkewedAVI.bytes(UInt32(piece.position >> 32))
                data += SkewedAVI.bytes(UInt32(piece.size)) + SkewedAVI.bytes(UInt32(piece.count))
            }
            let content =
                Data([4, 0, 0, 0]) + SkewedAVI.bytes(UInt32(own.count)) + Data((stream == 0 ? "00dc" : "01wb").utf8)
                + Data(count: 12) + places
            let start = junk.lowerBound
            header.replaceSubrange(junk, with: Data("indx".utf8))
            header.replaceSubrange(start + 8..<start + 8 + content.count, with: content)
            from = junk.upperBound
        }
        return header
    }
}
