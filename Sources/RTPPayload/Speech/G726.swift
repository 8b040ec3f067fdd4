internal import MediaCore

// RFC 3551 4.5.4, G726-40, G726-32, G726-24 and G726-16.

extension PayloadFormat {
    /// `G726-32` and its like have the first sample in the least significant bits, as AU files do; WAV files (as libavcodec reads them) have
    /// it in the most significant, which RFC 3551 calls `AAL2-G726-32`. The one that more clients know is sent: the codes are the same.
    static func g726(
        _ codec: CodecDescription, _ packing: G726Packing
    ) throws(PayloadFormatError) -> PayloadFormat {
        let bits = codec.bitsPerSample
        guard (2...5).contains(bits) else { throw PayloadFormatError("G.726 with \(bits) bits per sample") }
        // A code of 3 or 5 bits must not go on in the next unit.
        guard bits % 2 == 0 || codec.blockAlign % bits == 0 && codec.blockAlign > 0 else {
            throw PayloadFormatError("G.726 with \(bits) bits per sample in blocks of \(codec.blockAlign) bytes")
        }
        return try speech(
            codec, "G726-\(8 * bits)", packing == .mostSignificantFirst ? .reversedG726(bits: bits) : .frames)
    }
}

enum G726 {
    /// Codes of `bits` bits, most significant first, become the same with the least significant first.
    /// - Parameters:
    ///   - stored: whole groups of bytes that hold whole codes.
    ///   - target: room for as many bytes.
    static func reverse(_ stored: RawSpan, bits: Int, to target: UnsafeMutableRawPointer) {
        let group = bits % 2 == 0 ? 1 : bits
        for start in stride(from: 0, to: stored.byteCount, by: group) {
            var codes: UInt64 = 0
            for index in 0..<group {
                codes = codes << 8 | UInt64(stored.unsafeLoad(fromByteOffset: start + index, as: UInt8.self))
            }
            var reversed: UInt64 = 0
            for _ in 0..<8 * group / bits {
                reversed = reversed << UInt64(bits) | codes & (1 << UInt64(bits) - 1)
                codes >>= UInt64(bits)
            }
            for index in 0..<group {
                target.storeBytes(
                    of: UInt8(truncatingIfNeeded: reversed >> UInt64(8 * index)), toByteOffset: start + index,
                    as: UInt8.self)
            }
        }
    }
}
