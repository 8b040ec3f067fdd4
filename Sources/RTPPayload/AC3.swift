internal import MediaCore

// RFC 4184, RTP Payload Format for AC-3 Audio.

extension PayloadFormat {
    /// RFC 4184 4: the clock is the sampling rate, and `rtpmap` has the channels, both as the frames' own header says; what the container
    /// says is second best.
    static func ac3(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        // SAFETY: the pointer is used inside the closure alone.
        let header = firstUnit.span.bytes.withUnsafeBytes { AC3Header($0, at: 0) }
        if header == nil, AC3Header.isEnhanced(firstUnit) {
            throw PayloadFormatError("Enhanced AC-3, which RFC 4184 does not carry")
        }
        let rate = header?.sampleRate ?? codec.sampleRate
        guard let clockRate = UInt32(exactly: rate).flatMap(ClockRate.init(hertz:)) else {
            throw PayloadFormatError("AC-3 without a sampling rate")
        }
        let channels = header?.channels ?? codec.channels
        guard (1...6).contains(channels) else { throw PayloadFormatError("AC-3 with \(channels) channels") }
        return PayloadFormat(
            mediaType: "audio", encodingName: "ac3", clockRate: clockRate, channels: channels, fmtp: [], coding: .ac3)
    }
}

/// Packetizes AC-3: a frame per packet, or fragments of one.
/// ```
///  0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |    MBZ    | FT|       NF      |  frames, or a fragment of one     (4.1.1)
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// The marker is set on packets of whole frames and on a frame's last fragment (4.1).
package struct AC3Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    private static let headerSection = 2
    /// Far above a frame (at most 3,840 bytes); bounds what NF and fragments count.
    static let maximumUnit = 16_384

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// FT, RFC 4184 4.1.1.
    private enum FrameType: UInt8 {
        case wholeFrames = 0
        /// The first fragment, with the first 5/8 of the frame: a decoder can make sound of it.
        case usableStart = 1
        case start = 2
        case continuation = 3
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
            guard AC3Header(unit, at: 0) != nil else { throw .malformed("no AC-3 frame header", offset: 0) }
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                var start = 0
                while start < unit.count {
                    let group = AudioFrames.group(from: start, of: unit, limit: largest) {
                        AC3Header($0, at: $1)?.frameBytes
                    }
                    let bytes = UnsafeRawBufferPointer(rebasing: unit[start..<group.end])
                    try write(bytes, frames: group.count, largest: largest, &writer, &runs)
                    start = group.end
                }
            }
        }
    }

    /// Whole frames in one packet if they fit, otherwise one frame's fragments.
    private func write(
        _ bytes: UnsafeRawBufferPointer, frames: Int, largest: Int, _ writer: inout PacketWriter,
        _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let fragments = (bytes.count + largest - 1) / largest
        for start in stride(from: 0, to: bytes.count, by: largest) {
            let size = min(largest, bytes.count - start)
            let type: FrameType =
                if fragments == 1 {
                    .wholeFrames
                } else if start > 0 {
                    .continuation
                } else {
                    8 * size >= 5 * bytes.count ? .usableStart : .start
                }
            let payload = try writer.packet(
                payload: Self.headerSection + size, marker: start + size == bytes.count, runs: &runs)
            payload.storeBytes(of: type.rawValue, as: UInt8.self)
            let count = fragments == 1 ? frames : fragments
            payload.storeBytes(of: UInt8(truncatingIfNeeded: count), toByteOffset: 1, as: UInt8.self)
            payload.advanced(by: Self.headerSection).copyMemory(from: bytes.baseAddress! + start, byteCount: size)
        }
    }
}
