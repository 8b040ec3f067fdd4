internal import MediaCore

/// Whether a file is MPEG audio although libavformat is not sure: frames without any header of the file's own, cut off
/// at their beginning, or behind zeros. Its score for those is the one that it gives to text and noise as well, so
/// frames are looked for that follow each other.
struct MPEGAudioProbe {
    /// Headers in a row that agree: of noise, one in 2^12 bytes looks like a header at all.
    static let minimumFrames = 8
    /// Bytes, behind a tag and zeros, in which the first of them begins.
    static let window = 65_536
    /// Bytes of zeros that are passed over.
    static let maximumZeros: Int64 = 1 << 20

    private let file: OpenFile

    init(_ file: OpenFile) { self.file = file }

    var isMPEGAudio: Bool {
        let bytes = bytes(at: skipZeros(from: tagEnd))
        return (0..<bytes.count).contains { start in bytes[start] == 0xFF && Self.hasFrames(bytes.span.bytes, at: start)
        }
    }

    /// Frames of the free format, whose length no header tells, do not count.
    static func hasFrames(_ bytes: RawSpan, at start: Int) -> Bool {
        var offset = start
        var first: MPEGAudioFrameHeader?
        for _ in 0..<minimumFrames {
            guard let header = MPEGAudioFrameHeader(bytes, at: offset), let length = header.length, length > 4,
                first.map(header.agrees) ?? true
            else { return false }
            first = first ?? header
            offset += length
        }
        return true
    }

    /// Of an ID3v2 tag: four times seven bits (ID3v2.4.0 3.1). Zero without one.
    private var tagEnd: Int64 {
        let header = bytes(at: 0, limit: 10)
        guard header.count == 10, header.starts(with: Array("ID3".utf8)) else { return 0 }
        return 10 + header[6...].reduce(0) { $0 << 7 | Int64($1 & 0x7F) }
    }

    private func skipZeros(from start: Int64) -> Int64 {
        var position = start
        while position - start < Self.maximumZeros {
            let bytes = bytes(at: position)
            if let place = bytes.firstIndex(where: { $0 != 0 }) { return position + Int64(place) }
            guard !bytes.isEmpty else { break }
            position += Int64(bytes.count)
        }
        return position
    }

    private func bytes(at position: Int64, limit: Int = window) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position))
        }
    }
}
