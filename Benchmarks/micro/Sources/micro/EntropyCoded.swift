/// Bytes as an entropy coder leaves them: of any value, but no two zeros in a row, so that no start code is found where none was put. The
/// same in every run (SplitMix64).
struct EntropyCoded {
    private var state: UInt64 = 0x5EED

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let byte = UInt8(truncatingIfNeeded: next())
            bytes.append(byte == 0 && bytes.last ?? 0 == 0 ? 0x55 : byte)
        }
        // A start code may follow.
        if bytes.last == 0 { bytes[count - 1] = 0x55 }
        return bytes
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
