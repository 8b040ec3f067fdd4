internal import MediaCore

/// How NAL units follow each other in an access unit: lengths of 1 to 4 bytes before each (ISO/IEC 14496-15), or start
/// codes (Annex B of H.264 and H.265).
enum NALUnits: Hashable, Sendable {
    case lengths(size: Int)
    case startCodes

    /// Calls `body` with each unit that is not empty, until it answers false.
    func visit(_ bytes: RawSpan, _ body: (RawSpan) -> Bool) {
        switch self {
        case .lengths(let size) where !Self.beginsWithStartCode(bytes, size: size):
            Self.visitLengths(bytes, size: size, body)
        default: Self.visitStartCodes(bytes, body)
        }
    }

    /// Four bytes 00 00 00 01 are a start code: no NAL unit that matters has one byte.
    private static func beginsWithStartCode(_ bytes: RawSpan, size: Int) -> Bool {
        guard bytes.byteCount > 4, bytes.byte(0) == 0, bytes.byte(1) == 0 else { return false }
        return bytes.byte(2) == 0 && bytes.byte(3) == 1 && size == 4
    }

    private static func visitLengths(_ bytes: RawSpan, size: Int, _ body: (RawSpan) -> Bool) {
        var offset = 0
        while bytes.byteCount - offset > size {
            var length = 0
            for place in 0..<size { length = length << 8 | Int(bytes.byte(offset + place)) }
            let start = offset + size
            // A truncated unit still has its beginning.
            let end = start + min(length, bytes.byteCount - start)
            if end > start, !body(bytes.extracting(start..<end)) { return }
            offset = end
        }
    }

    /// What follows a unit's bytes up to the next start code may be given with it.
    private static func visitStartCodes(_ bytes: RawSpan, _ body: (RawSpan) -> Bool) {
        var offset = 0
        while let start = bytes.startCodeEnd(from: offset) {
            if !body(bytes.extracting(start..<bytes.byteCount)) { return }
            offset = start
        }
    }

    /// The unit's bytes after its header, at most `limit`, without emulation prevention (H.264 7.4.1).
    static func payload(_ unit: RawSpan, headerSize: Int, limit: Int) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(min(limit, unit.byteCount))
        var zeros = 0
        for offset in min(headerSize, unit.byteCount)..<unit.byteCount {
            let value = unit.byte(offset)
            if value <= 1, zeros >= 2, value == 1 || offset + 1 == unit.byteCount { break }
            if value == 3, zeros >= 2 {
                zeros = 0
                continue
            }
            zeros = value == 0 ? zeros + 1 : 0
            payload.append(value)
            if payload.count == limit { break }
        }
        return payload
    }
}

extension BitReader {
    /// `ue(v)` of H.264 9.1.
    mutating func unsigned() -> UInt32? {
        var zeros = 0
        while true {
            guard let bit = bits(1) else { return nil }
            if bit == 1 { break }
            zeros += 1
            guard zeros < 32 else { return nil }
        }
        guard let rest = bits(zeros) else { return nil }
        return UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(zeros)) - 1 + UInt64(rest))
    }

    /// `se(v)` of H.264 9.1.1.
    mutating func signed() -> Int64? {
        unsigned().map { $0 & 1 == 1 ? Int64($0 / 2) + 1 : -Int64($0 / 2) }
    }

    /// `ue(v)` that is at most `limit`.
    mutating func unsigned(upTo limit: Int) -> Int? {
        unsigned().flatMap { $0 <= UInt32(clamping: limit) ? Int($0) : nil }
    }
}
