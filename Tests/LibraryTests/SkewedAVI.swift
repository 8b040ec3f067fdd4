import Foundation

/// Rewrites an AVI so that its audio lies some seconds later in the file than the video that it belongs to; only the
/// order of the chunks changes, for they bear no times.
struct SkewedAVI {
    /// Of `hdrl`, list header included.
    private(set) var header: Data
    private(set) var chunks: [(time: Double, bytes: Data, isAudio: Bool, flags: UInt32)] = []

    /// - Parameter skew: seconds.
    init(_ path: String, skew: Double) throws {
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        var header = Data()
        var movie: [Data] = []
        var flags: [UInt32] = []
        for (name, content, whole) in Self.chunks(of: file.dropFirst(12)) {
            switch (name, content.prefix(4)) {
            case ("LIST", Data("hdrl".utf8)): header = whole
            case ("LIST", Data("movi".utf8)): movie = Self.chunks(of: content.dropFirst(4)).map(\.whole)
            case ("idx1", _):
                flags = stride(from: 0, to: content.count, by: 16).map { Self.word(content, at: $0 + 4) }
            default: break
            }
        }
        self.header = header
        let name = header.range(of: Data("avih".utf8))!
        let frame = Double(Self.word(header[name.upperBound...], at: 4)) / 1_000_000
        var pictures = 0
        for (index, chunk) in movie.enumerated() {
            let isAudio = chunk.dropFirst(2).prefix(2) == Data("wb".utf8)
            let time = Double(pictures) * frame
            chunks.append((isAudio ? time + skew : time, chunk, isAudio, index < flags.count ? flags[index] : 0x10))
            if !isAudio { pictures += 1 }
        }
        let order = chunks.indices.sorted { (chunks[$0].time, $0) < (chunks[$1].time, $1) }
        chunks = order.map { chunks[$0] }
    }

    /// Fills the byte behind each chunk of an odd size.
    mutating func pad(with byte: UInt8) {
        for index in chunks.indices where Self.word(chunks[index].bytes, at: 4) % 2 == 1 {
            chunks[index].bytes = Data(chunks[index].bytes.dropLast()) + [byte]
        }
    }

    /// Declares one stream more.
    /// - Parameter kind: `auds`, `txts` ...
    mutating func declare(_ kind: String, format: Data) {
        let stream = Data(kind.utf8) + Data(count: 16) + Self.bytes(1) + Self.bytes(25) + Data(count: 28)
        let list =
            Data("strl".utf8) + Data("strh".utf8) + Self.bytes(UInt32(stream.count)) + stream
            + Data("strf".utf8) + Self.bytes(UInt32(format.count)) + format
        header += Data("LIST".utf8) + Self.bytes(UInt32(list.count)) + list
        let count = header.range(of: Data("avih".utf8))!.upperBound + 28
        header.replaceSubrange(count..<count + 4, with: Self.bytes(Self.word(header[count...], at: 0) + 1))
        let size = header.startIndex + 4
        header.replaceSubrange(size..<size + 4, with: Self.bytes(UInt32(header.count - 8)))
    }

    /// Puts a chunk before the one at `position`.
    mutating func insert(_ name: String, _ content: Data, at position: Int) {
        let bytes = Data(name.utf8) + Self.bytes(UInt32(content.count)) + content + Data(count: content.count % 2)
        chunks.insert((time: 0, bytes: bytes, isAudio: false, flags: 0x10), at: position)
    }

    /// - Parameter change: to the entries of the index.
    func write(to url: URL, index: Bool, change: ((inout Data) -> Void)? = nil) throws {
        var body = Data("movi".utf8)
        var entries = Data()
        for chunk in chunks {
            entries +=
                chunk.bytes.prefix(4) + Self.bytes(chunk.flags) + Self.bytes(UInt32(body.count))
                + chunk.bytes.dropFirst(4).prefix(4)
            body += chunk.bytes
        }
        change?(&entries)
        var content = Data("AVI ".utf8) + header + Data("LIST".utf8) + Self.bytes(UInt32(body.count)) + body
        if index { content += Data("idx1".utf8) + Self.bytes(UInt32(entries.count)) + entries }
        try (Data("RIFF".utf8) + Self.bytes(UInt32(content.count)) + content).write(to: url)
    }

    static func chunks(of list: Data) -> [(name: String, content: Data, whole: Data)] {
        var rest = list
        var chunks: [(String, Data, Data)] = []
        while rest.count >= 8 {
            let size = Int(word(rest, at: 4))
            let whole = rest.prefix(8 + size + size % 2)
            chunks.append((String(decoding: rest.prefix(4), as: UTF8.self), whole.dropFirst(8).prefix(size), whole))
            rest = rest.dropFirst(whole.count)
        }
        return chunks
    }

    static func word(_ data: Data, at offset: Int) -> UInt32 {
        data.dropFirst(offset).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func bytes(_ word: UInt32) -> Data { withUnsafeBytes(of: word.littleEndian) { Data($0) } }
}
