internal import MediaCore

// RFC 3551 4.5.8, GSM full rate.

extension PayloadFormat {
    /// Payload type 3, if the file has the sampling rate of telephones; sound recorders use others.
    static func gsm(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        try speech(codec, "GSM", codec.codec == .gsmMS ? .repackedGSM : .frames, staticPayloadType: 3)
    }
}

/// GSM 06.10 frames of 260 bits. In RTP a frame is a signature of 4 bits and the codec's parameters, each with its most significant bit
/// first (RFC 3551 4.5.8.1). Microsoft's packing has the parameters of two frames, each with its least significant bit first, and no
/// signature: 65 bytes.
enum GSM {
    /// Bytes of a frame in RTP.
    static let frame = 33
    private static let signature: UInt32 = 0xD

    /// Bits of a frame's parameters, RFC 3551 table 2.
    private static let parameters: [UInt32] =
        [6, 6, 5, 5, 4, 4, 3, 3] + (0..<4).flatMap { _ in [7, 2, 2, 6] + Array(repeating: 3, count: 13) }

    /// - Parameters:
    ///   - stored: blocks of 65 bytes.
    ///   - target: room for 66 bytes for each.
    static func repack(_ stored: RawSpan, to target: UnsafeMutableRawPointer) {
        var (source, read, readBits): (Int, UInt32, UInt32) = (0, 0, 0)
        var (place, written, writtenBits): (Int, UInt32, UInt32) = (0, 0, 0)
        func write(_ value: UInt32, _ bits: UInt32) {
            (written, writtenBits) = (written << bits | value, writtenBits + bits)
            guard writtenBits >= 8 else { return }
            writtenBits -= 8
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: written >> writtenBits), toByteOffset: place, as: UInt8.self)
            place += 1
        }
        for _ in 0..<stored.byteCount / 65 * 2 {
            write(signature, 4)
            for bits in parameters {
                if readBits < bits {
                    read |= UInt32(stored.unsafeLoad(fromByteOffset: source, as: UInt8.self)) << readBits
                    (source, readBits) = (source + 1, readBits + 8)
                }
                write(read & (1 << bits - 1), bits)
                (read, readBits) = (read >> bits, readBits - bits)
            }
        }
    }
}
