internal import MediaCore

// RFC 9628, RTP Payload Format for VP9 Video, without layers.

extension PayloadFormat {
    /// RFC 9628 6.1: `profile-id` is left out if no unit is at hand, which means profile 0.
    static func vp9(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        var fmtp: [FormatParameter] = []
        if !firstUnit.isEmpty {
            guard let header = VP9FrameHeader(firstUnit.span.bytes) else {
                throw PayloadFormatError("VP9 without a frame header")
            }
            fmtp.append(FormatParameter("profile-id", String(header.profile)))
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "VP9", clockRate: .video, channels: nil, fmtp: fmtp, coding: .vp9)
    }
}

/// Packetizes VP9: a frame, or a superframe with its hidden frames and its index, is one picture of one layer.
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |I|P|L|F|B|E|V|Z|   I = 1: picture ID; P: not a key frame; no layers, not flexible; B, E: first and last packet
/// +-+-+-+-+-+-+-+-+
/// |M| picture ID  |   M = 1: 15 bits
/// +-+-+-+-+-+-+-+-+
/// |  picture ID   |
/// +-+-+-+-+-+-+-+-+
/// | N_S |Y|G|-|-|-|   V, in the first packet of a key frame: one layer, Y = 1: its size. G = 0: which pictures refer to
/// +-+-+-+-+-+-+-+-+   which is not known beforehand
/// | width, height |   16 bits each
/// +-+-+-+-+-+-+-+-+
/// ```
package struct VP9Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    /// Of the next picture.
    private var pictureID = PictureID()

    private static let descriptor = 3
    private static let structure = 5

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard let header = VP9FrameHeader(bytes) else { throw .malformed("no VP9 frame header", offset: 0) }
        let room = layout.maximumPacketSize - PacketWriter.headerSize - Self.descriptor
        let structure = header.isKey ? Self.structure(of: bytes) : nil
        // I, P
        let common: UInt8 = header.isKey ? 0x80 : 0xC0
        let identifier = pictureID.extended
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            while start < bytes.byteCount {
                let described = start == 0 ? structure : nil
                let headers = Self.descriptor + (described == nil ? 0 : Self.structure)
                let end = min(start + room + Self.descriptor - headers, bytes.byteCount)
                let isLast = end == bytes.byteCount
                let payload = try writer.packet(payload: headers + end - start, marker: isLast, runs: &runs)
                let flags: UInt8 = (start == 0 ? 0x08 : 0) | (isLast ? 0x04 : 0) | (described == nil ? 0 : 0x02)
                payload.storeBytes(of: common | flags, as: UInt8.self)
                payload.storeBytes(of: identifier.bigEndian, toByteOffset: 1, as: UInt16.self)
                if let described {
                    // N_S = 0, Y = 1, G = 0
                    payload.storeBytes(of: 0x10, toByteOffset: Self.descriptor, as: UInt8.self)
                    payload.storeBytes(of: described.bigEndian, toByteOffset: Self.descriptor + 1, as: UInt32.self)
                }
                payload.advanced(by: headers).copy(bytes, start..<end)
                start = end
            }
        }
        pictureID.advance()
    }

    /// Width and height of a key frame; nil if they are not known, or do not fit.
    private static func structure(of frame: RawSpan) -> UInt32? {
        guard let size = VP9FrameHeader.keySize(frame), size.width <= 0xFFFF, size.height <= 0xFFFF else { return nil }
        return UInt32(size.width) << 16 | UInt32(size.height)
    }
}
