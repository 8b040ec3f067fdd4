internal import MediaCore

// RFC 4867, RTP Payload Format and File Storage Format for AMR and AMR-WB Audio Codecs.

extension PayloadFormat {
    /// The octet-aligned mode of RFC 4867 4.4, for one channel, without CRC, sorting and interleaving: the only one that FFmpeg (up to
    /// 9.0), GStreamer (1.22) and ExoPlayer receive.
    static func amr(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        try speech(
            codec, codec.codec == .amrWB ? "AMR-WB" : "AMR", .amr, fmtp: [FormatParameter("octet-align", "1")])
    }
}

/// An octet-aligned payload of one frame, RFC 4867 4.4:
/// ```
///  0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-   -+-+
/// |  CMR  |0 0 0 0|0|  FT   |Q|0 0| speech |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-   -+-+
///  15: no request  table of contents: F=0, no other entry follows
/// ```
/// The byte before each stored frame (5.3) is that entry. A packet could have more frames, but of those FFmpeg 5.1 decodes the first alone:
/// 16 of 760 of a phone's recording with 47 to a sample.
enum AMR {
    /// CMR 15 (4.3.1): a file cannot be asked for another mode.
    private static let noRequest: UInt8 = 0xF0

    /// - Parameter payload: room for a byte more than `frame` has.
    static func write(_ frame: RawSpan, _ size: SpeechFrames.Size, to payload: UnsafeMutableRawPointer) {
        payload.storeBytes(of: noRequest, as: UInt8.self)
        payload.storeBytes(of: entry(frame.byte(0), size), toByteOffset: 1, as: UInt8.self)
        (payload + 2).copy(frame, 1..<frame.byteCount)
    }

    /// FT and Q. A packet with a type that is reserved (4.3.2) would be thrown away by its receiver: such a frame becomes one without data.
    private static func entry(_ stored: UInt8, _ size: SpeechFrames.Size) -> UInt8 {
        let reserved: ClosedRange<UInt8> = size == .amr ? 9...14 : 10...13
        return reserved.contains(stored >> 3 & 15) ? 0x7C : stored & 0x7C
    }
}
