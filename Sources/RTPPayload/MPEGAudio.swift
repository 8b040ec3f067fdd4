internal import MediaCore

// RFC 2250 3.5, RTP Payload Format for MPEG1/MPEG2 Video: MPEG audio of layers 1 to 3, of MPEG-1, MPEG-2 and (as clients accept) 2.5.

extension PayloadFormat {
    /// RFC 3551 4.5.13 and table 4: static payload type 14, and a clock of 90 kHz whatever the sampling rate. Frames describe themselves.
    static func mpegAudio() -> PayloadFormat {
        var format = PayloadFormat(
            mediaType: "audio", encodingName: "MPA", clockRate: .video, channels: nil, fmtp: [], coding: .mpegAudio)
        format.staticPayloadType = 14
        return format
    }
}

/// Packetizes MPEG audio: a frame per packet, or fragments of one.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             MBZ               |          Frag_offset          |  frames, or a part of one from that byte on
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// The marker means the start of a talk spurt (RFC 2250 3.5), not the end of a unit. A file has no talk spurts, so it is never set (RFC 3551
/// 4.1), as FFmpeg does; live555 and GStreamer set it on a stream's first packet, and none of the three heeds it.
package struct MPEGAudioPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    /// MBZ and Frag_offset.
    private static let headerSection = 4
    /// What 16 bits of Frag_offset can say.
    static let maximumUnit = 65_535

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount <= Self.maximumUnit else {
            throw .tooLarge(bytes: bytes.byteCount, limit: Self.maximumUnit)
        }
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.headerSection
        // SAFETY: the pointer is used inside the closure alone, from 0 to its count.
        try bytes.withUnsafeBytes { (unit) throws(PacketizationError) in
            guard MPEGAudioHeader(unit, at: 0) != nil else {
                throw .malformed("no MPEG audio frame header", offset: 0)
            }
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                var start = 0
                while start < unit.count {
                    let end = AudioFrames.group(from: start, of: unit, limit: largest, frameSize: frameSize).end
                    for part in stride(from: start, to: end, by: largest) {
                        let size = min(largest, end - part)
                        let payload = try writer.packet(
                            payload: Self.headerSection + size, marker: false, runs: &runs)
                        let header = UInt32(truncatingIfNeeded: part - start)
                        payload.storeBytes(of: header.bigEndian, as: UInt32.self)
                        payload.advanced(by: Self.headerSection).copyMemory(
                            from: unit.baseAddress! + part, byteCount: size)
                    }
                    start = end
                }
            }
        }
    }

    /// 0 for a free format frame, whose header does not say: it takes the rest of the unit.
    @inline(__always)
    private func frameSize(_ unit: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        MPEGAudioHeader(unit, at: offset).map { $0.frameBytes ?? 0 }
    }
}
