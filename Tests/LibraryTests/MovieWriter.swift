import Foundation

/// Writes an MP4 with one H.264 track of several sample descriptions, which FFmpeg's muxer cannot: all units are key
/// frames or follow one, none is reordered.
struct MovieWriter {
    struct Part {
        /// An `avcC` record.
        let configuration: [UInt8]
        let width: Int
        let height: Int
        let units: [[UInt8]]
        /// Positions in `units`.
        let keys: Set<Int>
    }

    let parts: [Part]
    /// Ticks of a clock of 25 Hz.
    private let unitDuration = 1

    func write(to url: URL) throws {
        let fileType = box("ftyp", Array("isom".utf8) + word(512) + Array("isomavc1".utf8))
        let media = parts.flatMap { $0.units.flatMap(\.self) }
        let movie = movie(chunkOffsets: offsets(from: fileType.count + 8))
        try Data(fileType + box("mdat", media) + movie).write(to: url)
    }

    private var units: [[UInt8]] { parts.flatMap(\.units) }

    /// Of each part's one chunk.
    private func offsets(from start: Int) -> [Int] {
        var offsets = [start]
        for part in parts.dropLast() { offsets.append(offsets.last! + part.units.reduce(0) { $0 + $1.count }) }
        return offsets
    }

    private func movie(chunkOffsets: [Int]) -> [UInt8] {
        let duration = units.count * unitDuration
        let matrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000].flatMap(word)
        let header = box(
            "mvhd", [0, 0, 0, 25, duration, 0x10000].flatMap(word) + zeros(12) + matrix + zeros(24) + word(2))
        let size = word(parts[0].width << 16) + word(parts[0].height << 16)
        let track = box("tkhd", word(3) + [0, 0, 1, 0, duration].flatMap(word) + zeros(16) + matrix + size)
        let media = box("mdhd", [0, 0, 0, 25, duration, 0x55C4_0000].flatMap(word))
        let handler = box("hdlr", zeros(8) + Array("vide".utf8) + zeros(13))
        let reference = box("dinf", box("dref", word(0) + word(1) + box("url ", word(1))))
        let information = box("minf", box("vmhd", word(1) + zeros(8)) + reference + box("stbl", tables(chunkOffsets)))
        return box("moov", header + box("trak", track + box("mdia", media + handler + information)))
    }

    private func tables(_ chunkOffsets: [Int]) -> [UInt8] {
        let keys = parts.indices.flatMap { part in
            let before = parts[..<part].reduce(0) { $0 + $1.units.count }
            return parts[part].keys.sorted().map { before + $0 + 1 }
        }
        let chunks = parts.indices.flatMap { [$0 + 1, parts[$0].units.count, $0 + 1] }
        return box("stsd", word(0) + word(parts.count) + parts.flatMap(sampleEntry))
            + box("stts", [0, 1, units.count, unitDuration].flatMap(word))
            + box("stss", ([0, keys.count] + keys).flatMap(word))
            + box("stsc", ([0, parts.count] + chunks).flatMap(word))
            + box("stsz", ([0, 0, units.count] + units.map(\.count)).flatMap(word))
            + box("stco", ([0, parts.count] + chunkOffsets).flatMap(word))
    }

    private func sampleEntry(_ part: Part) -> [UInt8] {
        let size = word(part.width << 16 | part.height)
        let fields =
            zeros(6) + [0, 1] + zeros(16) + size + [0x480000, 0x480000, 0].flatMap(word) + [0, 1] + zeros(32)
        return box("avc1", fields + [0, 24, 0xFF, 0xFF] + box("avcC", part.configuration))
    }

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    private func word(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) } }
    private func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        word(content.count + 8) + Array(type.utf8) + content
    }
}
