internal import MediaCore

// RFC 2250, RTP Payload Format for MPEG1/MPEG2 Video, section 3.

extension PayloadFormat {
    /// Payload type 32, RFC 3551 6. There are no parameters: sequence headers come in band.
    static func mpegVideo(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        guard firstUnit.isEmpty || firstUnit.span.bytes.beginsWithStartCode else {
            throw PayloadFormatError("\(codec.codec) without start codes")
        }
        let headers = SequenceHeaders(.mpegVideo, configuration: codec.configuration, firstUnit: firstUnit)
        return PayloadFormat(
            mediaType: "video", encodingName: "MPV", clockRate: .video, channels: nil, fmtp: [],
            coding: .mpegVideo(headers), staticPayloadType: 32)
    }
}

/// Packetizes MPEG-1 and MPEG-2 video: as many whole slices as fit, or a part of a slice too large for a packet.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   MBZ   |T|        TR         |A|N|S|B|E|  P  |F| BFC |F| FFC |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// T, and with it A and N, stay 0 also for MPEG-2: its extension header would only help a receiver that decodes on after
/// a lost picture header, and costs every packet four bytes.
package struct MPEGVideoPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var headers: SequenceHeaders
    /// A unit with a sequence header put before it, kept for its allocation.
    private var completed: [UInt8] = []

    init(_ headers: SequenceHeaders, layout: PacketLayout, payloadType: UInt8) {
        self.headers = headers
        self.layout = layout
        self.payloadType = payloadType
    }

    /// Another sample description: its headers go before the random access points that lack them.
    mutating func configurationChanged(_ configuration: [UInt8]) { headers.update(configuration.span.bytes) }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        guard bytes.beginsWithStartCode else { throw .malformed("no start code", offset: 0) }
        if isRandomAccessPoint, headers.areMissing(in: bytes) {
            completed.removeAll(keepingCapacity: true)
            completed += headers.bytes
            bytes.withUnsafeBytes { completed += $0 }
            try write(completed.span.bytes, into: &output, runs: &runs, base: base)
        } else {
            try write(bytes, into: &output, runs: &runs, base: base)
            if isRandomAccessPoint { headers.update(bytes) }
        }
    }

    private func write(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - MPEGVideoPacket.header
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var packet = MPEGVideoPacket(firstPictureIn: bytes)
            while packet.start < bytes.byteCount {
                packet.extend(bytes, largest: largest)
                let payload = try writer.packet(
                    payload: MPEGVideoPacket.header + packet.end - packet.start,
                    marker: packet.end == bytes.byteCount, runs: &runs)
                payload.storeBytes(of: packet.headerWord.bigEndian, as: UInt32.self)
                payload.advanced(by: MPEGVideoPacket.header).copy(bytes, packet.start..<packet.end)
                packet.advance()
            }
        }
    }
}
