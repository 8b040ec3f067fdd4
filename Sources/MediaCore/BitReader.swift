/// Reads bits, most significant first, as ISO/IEC 14496 writes them. Every read answers nil beyond the end.
package struct BitReader: Sendable {
    private let bytes: [UInt8]
    /// Bits read.
    package private(set) var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var remaining: Int { bytes.count * 8 - position }

    /// The next `count` bits, 0...32, as a number.
    package mutating func bits(_ count: Int) -> UInt32? {
        guard count <= remaining else { return nil }
        var value: UInt32 = 0
        for _ in 0..<count {
            value = value << 1 | UInt32(bytes[position / 8] >> (7 - position % 8) & 1)
            position += 1
        }
        return value
    }

    package mutating func flag() -> Bool? { bits(1).map { $0 == 1 } }

    /// False if there are fewer than `count` bits; nothing is read then.
    package mutating func skip(_ count: Int) -> Bool {
        guard count <= remaining else { return false }
        position += count
        return true
    }

    /// To the next multiple of eight bits from the start.
    package mutating func alignToByte() { position = (position + 7) / 8 * 8 }

    /// `ue(v)` of H.264 9.1: nil also for codes longer than 16 zeros, which no identifier has.
    package mutating func exponentialGolomb() -> UInt32? {
        var zeros = 0
        while true {
            guard let bit = bits(1) else { return nil }
            if bit == 1 { break }
            zeros += 1
            guard zeros <= 16 else { return nil }
        }
        guard let rest = bits(zeros) else { return nil }
        return (1 << zeros) - 1 + rest
    }
}
