internal import MediaCore

// RFC 4184, RTP Payload Format for AC-3 Audio.

extension PayloadFormat {
    /// RFC 4184 4.1 and 6.1: the clock is the sampling rate, and `rtpmap` has the channels, both as the frames' own header
    /// says; what the container says is second best. RFC 4184 and GStreamer know three rates: a stream at a half or a
    /// quarter of one (bsid 9, 10) has that one's clock, which FFmpeg takes for the timestamps' only.
    static func ac3(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        // SAFETY: the pointer is used inside the closure alone.
        let header = firstUnit.span.bytes.withUnsafeBytes { AC3Header($0, at: 0) }
        if header == nil, AC3Header.isEnhanced(firstUnit) {
            throw PayloadFormatError("Enhanced AC-3, which RFC 4184 does not carry")
        }
        let rates = [48_000, 44_100, 32_000]
        let stated = rates.first { [$0, $0 / 2, $0 / 4].contains(codec.sampleRate) }
        guard let rate = header?.codeRate ?? stated, let clockRate = ClockRate(hertz: UInt32(rate)) else {
            throw PayloadFormatError("AC-3 with a sampling rate of \(codec.sampleRate)")
        }
        let channels = header?.channels ?? codec.channels
        guard (1...6).contains(channels) else { throw PayloadFormatError("AC-3 with \(channels) channels") }
        return PayloadFormat(
            mediaType: "audio", encodingName: "ac3", clockRate: clockRate, channels: channels, fmtp: [], coding: .ac3)
    }
}

/// Packetizes AC-3 and Enhanced AC-3: a unit's frames, as many as fit in a packet, or fragments of one.
/// ```
///  0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |    MBZ    | FT|       NF      |  frames, or a fragment of one     (RFC 4184 4.1.1)
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     MBZ     |F|       NF      |  the same of Enhanced AC-3        (RFC 4598 4.1.1)
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// The marker is set on packets of whole frames and on a frame's last fragment (4.1).
package struct AC3Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private let isEnhanced: Bool

    private static let headerSection = 2
    /// Far above a frame of AC-3 (at most 3,840 bytes), and above the frames of two substreams; bounds what NF and fragments count.
    static let maximumUnit = 16_384

    init(layout: PacketLayout, payloadType: UInt8, isEnhanced: Bool = false) {
        self.layout = layout
        self.payloadType = payloadType
        self.isEnhanced = isEnhanced
    }

    /// FT, RFC 4184 4.1.1.
    private enum FrameType: UInt8 {
        case wholeFrames = 0
        /// The first fragment, with the first 5/8 of the frame: a decoder can make sound of it.
        case usableStart = 1
        case start = 2
        case continuation = 3
    }

    /// Bytes of the frame that begins at `offset`; nil if there is no header of one.
    private func frameBytes(_ unit: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        isEnhanced ? EAC3Header(unit, at: offset)?.frameBytes : AC3Header(unit, at: offset)?.frameBytes
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
            guard frameBytes(unit, at: 0) != nil else { throw .malformed("no AC-3 frame header", offset: 0) }
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                var start = 0
                while start < unit.count {
                    let group = AudioFrames.group(from: start, of: unit, limit: largest) { frameBytes($0, at: $1) }
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
                } else if isEnhanced {
                    // F has one bit: the number of the fragment is not told.
                    .usableStart
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
