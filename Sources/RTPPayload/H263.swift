internal import MediaCore

// RFC 4629, RTP Payload Format for ITU-T Rec. H.263 Video.

extension PayloadFormat {
    /// RFC 4629 8.1: H263-1998 covers every version's syntax that this format carries, and more receivers know it than
    /// H263-2000. Its parameters are wishes of receivers; a sender states none.
    static func h263(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        guard firstUnit.isEmpty || H263Packetizer.isStartCode(firstUnit.span.bytes, at: 0) else {
            throw PayloadFormatError("H.263 without a picture start code")
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "H263-1998", clockRate: .video, channels: nil, fmtp: [], coding: .h263)
    }
}

/// Packetizes H.263: follow-on packets, and packets that begin with a picture's, a slice's or a GOB's start code.
///
/// A packet ends before the last start code that lies in it, so that most begin with one if the stream has many; else it
/// is filled.
/// ```
///  0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   RR    |P|V|   PLEN    |PEBIT|   P: two zero bytes of a start code are left out; V, PLEN, PEBIT = 0
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct H263Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    private static let header = 2
    /// P, RFC 4629 5.1.
    private static let beginsWithStartCode = UInt16(0x0400)

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// 16 zeros and a one, byte-aligned: ITU-T H.263 5.1.1, 5.2.2, K.2.1.
    static func isStartCode(_ bytes: RawSpan, at offset: Int) -> Bool {
        offset + 3 <= bytes.byteCount && bytes.byte(offset) == 0 && bytes.byte(offset + 1) == 0
            && bytes.byte(offset + 2) & 0x80 != 0
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard Self.isStartCode(bytes, at: 0) else { throw .malformed("no picture start code", offset: 0) }
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.header
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            while start < bytes.byteCount {
                let isStartCode = Self.isStartCode(bytes, at: start)
                let first = isStartCode ? start + 2 : start
                var end = min(first + largest, bytes.byteCount)
                if end < bytes.byteCount, let marker = bytes.lastMarker(in: first + 1..<end) { end = marker }
                let payload = try writer.packet(
                    payload: Self.header + end - first, marker: end == bytes.byteCount, runs: &runs)
                let header = isStartCode ? Self.beginsWithStartCode : 0
                payload.storeBytes(of: header.bigEndian, as: UInt16.self)
                payload.advanced(by: Self.header).copy(bytes, first..<end)
                start = end
            }
        }
    }
}
