internal import MediaCore

// RFC 4867, RTP Payload Format and File Storage Format for AMR and AMR-WB Audio Codecs.

extension PayloadFormat {
    /// The octet-aligned mode of RFC 4867 4.4, for one channel, without CRC, sorting and interleaving: the only one that FFmpeg (up to
    /// 9.0), GStreamer (1.22) and ExoPlayer receive.
    static func amr(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        try speech(
            codec, codec.codec == .amrWB ? "AMR-WB" : "AMR", .amr, milliseconds: AMR.milliseconds,
            fmtp: [FormatParameter("octet-align", "1")])
    }
}

/// An octet-aligned payload, RFC 4867 4.4:
/// ```
///  0                   1                   2
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-   -+-+-
/// |  CMR  |0 0 0 0|1|  FT   |Q|0 0|0|  FT   |Q|0 0| speech of the first frame, of the second ...
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-   -+-+-
///  15: no request  a table of contents: F=1, another entry follows
/// ```
/// The byte before each stored frame (5.3) is an entry of that table but for F.
enum AMR {
    /// As 3GPP files have in a sample at most, as a rule; longer samples are cut.
    static let milliseconds = 200
    /// CMR 15 (4.3.1): a file cannot be asked for another mode.
    private static let noRequest: UInt8 = 0xF0

    /// - Parameter payload: room for a byte more than `frames` has.
    static func write(_ frames: RawSpan, count: Int, _ size: SpeechFrames.Size, to payload: UnsafeMutableRawPointer) {
        payload.storeBytes(of: noRequest, as: UInt8.self)
        var (offset, speech) = (0, 1 + count)
        for index in 0..<count {
            guard let length = size.length(in: frames, at: offset) else {
                preconditionFailure("\(count) frames have been counted")
            }
            let stored = frames.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            let isLast = index == count - 1
            payload.storeBytes(of: entry(stored, size) | (isLast ? 0 : 0x80), toByteOffset: 1 + index, as: UInt8.self)
            (payload + speech).copy(frames, offset + 1..<offset + length)
            (offset, speech) = (offset + length, speech + length - 1)
        }
    }

    /// FT and Q. A packet with a type that is reserved (4.3.2) would be thrown away by its receiver: such a frame becomes one without data.
    private static func entry(_ stored: UInt8, _ size: SpeechFrames.Size) -> UInt8 {
        let reserved: ClosedRange<UInt8> = size == .amr ? 9...14 : 10...13
        return reserved.contains(stored >> 3 & 15) ? 0x7C : stored & 0x7C
    }
}
