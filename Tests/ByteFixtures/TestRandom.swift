/// xorshift64*: tests are the same in every run.
package struct TestRandom: RandomNumberGenerator {
    private var state: UInt64
    package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    package mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }

    /// A unit cut off anywhere, up to four of its bytes changed.
    package mutating func damaged(_ unit: [UInt8]) -> [UInt8] {
        var unit = Array(unit.prefix(Int.random(in: 0...unit.count, using: &self)))
        for _ in 0..<Int.random(in: 0...4, using: &self) where !unit.isEmpty {
            unit[Int.random(in: unit.indices, using: &self)] = bytes(1)[0]
        }
        return unit
    }
}
