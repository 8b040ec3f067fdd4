internal import MediaCore

// RFC 3558, RTP Payload Format for Enhanced Variable Rate Codecs (EVRC).

extension PayloadFormat {
    /// The bundled format of RFC 3558 4.1, without interleaving: `EVRC`. The header-free one (4.2) has a name of its own, EVRC0, and one frame
    /// in a packet. Packets have as much speech as a receiver has to expect that is not told of any `maxptime` (12.1): 200 ms.
    static func evrc(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        try speech(codec, "EVRC", .evrc, milliseconds: 200)
    }
}

/// A bundled payload:
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |R|R| LLL | NNN | MMM |  Count  |  TOC  |  ...  |  TOC  |padding|  frames
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// LLL and NNN are zero without interleaving, MMM is zero for no request, Count is the number of frames less one (4.1). The byte before each
/// stored frame is its TOC entry: the same table (5.1) tells both. An erasure (5), which a sender has no reason to make, goes as the file
/// has it: without its entry all that follows would come 20 ms early.
enum EVRC {
    static let header = 2
    /// What 5 bits of Count can say.
    static let maximumFrames = 32

    static func payloadSize(count: Int, bytes: Int) -> Int { header + (count + 1) / 2 + bytes - count }

    /// - Parameter payload: room for `payloadSize`.
    static func write(_ frames: RawSpan, count: Int, to payload: UnsafeMutableRawPointer) {
        payload.storeBytes(of: 0, as: UInt8.self)
        payload.storeBytes(of: UInt8(truncatingIfNeeded: count - 1), toByteOffset: 1, as: UInt8.self)
        var (offset, data) = (0, header + (count + 1) / 2)
        var entries: UInt8 = 0
        for index in 0..<count {
            guard let length = SpeechFrames.Size.evrc.length(in: frames, at: offset) else {
                preconditionFailure("\(count) frames have been counted")
            }
            let type = frames.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            entries = index % 2 == 0 ? type << 4 : entries | type
            payload.storeBytes(of: entries, toByteOffset: header + index / 2, as: UInt8.self)
            (payload + data).copy(frames, offset + 1..<offset + length)
            (offset, data) = (offset + length, data + length - 1)
        }
    }
}
