import Foundation

/// A Matroska file whose blocks hold several frames each: no muxer here writes one.
extension Titles {
    /// AC-3 in blocks of eight frames, laced in turn in each of the three ways.
    static func lacing(_ directory: URL, scratch: URL) async throws {
        let name = "gen-laced.mka"
        guard isWanted(name) else { return }
        let file = scratch.appending(path: "laced.ac3")
        let codec = ["-vn", "-c:a", "ac3", "-b:a", "128k", "-y", file.path]
        try await Tool.require(source(seconds: 4) + codec)
        let bytes = [UInt8](try Data(contentsOf: file))
        // 128 kbit/s at 48 kHz: ATSC A/52 table 5.18.
        let frames = stride(from: 0, to: bytes.count, by: 512).map { Array(bytes[$0..<min($0 + 512, bytes.count)]) }
        try Data(LacedMatroska.file(frames, millisecondsPerFrame: 32)).write(to: directory.appending(path: name))
    }
}

/// RFC 9559, as much of it as one track of AC-3 needs; RFC 8794 for elements.
private enum LacedMatroska {
    private static let framesPerBlock = 8

    static func file(_ frames: [[UInt8]], millisecondsPerFrame: Int) -> [UInt8] {
        let header =
            element(
                [0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("matroska".utf8)) + number([0x42, 0x87], 4))
        let information = element([0x15, 0x49, 0xA9, 0x66], number([0x2A, 0xD7, 0xB1], 1_000_000))
        let audio = element([0xE1], element([0xB5], bigEndian((48_000 as Float).bitPattern)) + number([0x9F], 1))
        let track =
            number([0xD7], 1) + number([0x73, 0xC5], 1) + number([0x83], 2) + number([0x9C], 1)
            + element([0x86], Array("A_AC3".utf8)) + audio
        let tracks = element([0x16, 0x54, 0xAE, 0x6B], element([0xAE], track))
        var blocks: [UInt8] = []
        for (index, start) in stride(from: 0, to: frames.count, by: framesPerBlock).enumerated() {
            let laced = Array(frames[start..<min(start + framesPerBlock, frames.count)])
            blocks += block(laced, at: start * millisecondsPerFrame, lacing: Lacing.allCases[index % 3])
        }
        let cluster = element([0x1F, 0x43, 0xB6, 0x75], number([0xE7], 0) + blocks)
        return header + element([0x18, 0x53, 0x80, 0x67], information + tracks + cluster)
    }

    /// Bits 5 and 6 of a block's flags: RFC 9559 10.3.
    private enum Lacing: UInt8, CaseIterable {
        case xiph = 0x02
        case fixedSize = 0x04
        case ebml = 0x06
    }

    private static func block(_ frames: [[UInt8]], at milliseconds: Int, lacing: Lacing) -> [UInt8] {
        var lace = [UInt8(frames.count - 1)]
        switch lacing {
        case .xiph:
            for frame in frames.dropLast() {
                lace += Array(repeating: 255, count: frame.count / 255) + [UInt8(frame.count % 255)]
            }
        case .fixedSize:
            break
        case .ebml:
            // The first size, and the differences of the others to the one before, as signed numbers of two bytes.
            var last: Int?
            for frame in frames.dropLast() {
                let value = last.map { frame.count - $0 + 0x1FFF } ?? frame.count
                lace += [UInt8(0x40 | value >> 8), UInt8(value & 0xFF)]
                last = frame.count
            }
        }
        let head = [0x81, UInt8(milliseconds >> 8), UInt8(milliseconds & 0xFF), 0x80 | lacing.rawValue]
        return element([0xA3], head + lace + frames.flatMap(\.self))
    }

    /// Sizes have eight bytes.
    private static func element(_ id: [UInt8], _ content: [UInt8]) -> [UInt8] {
        id + [0x01] + bigEndian(UInt64(content.count)).dropFirst() + content
    }

    private static func number(_ id: [UInt8], _ value: UInt32) -> [UInt8] { element(id, bigEndian(value)) }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
