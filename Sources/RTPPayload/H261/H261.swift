internal import MediaCore

// RFC 4587, RTP Payload Format for H.261 Video Streams.

extension PayloadFormat {
    /// Payload type 31, RFC 3551 6. The parameters of RFC 4587 6 are wishes of receivers; a sender states none.
    static func h261(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        guard firstUnit.isEmpty || firstUnit.withUnsafeBytes({ H261Walk($0) != nil }) else {
            throw PayloadFormatError("H.261 without a picture start code")
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "H261", clockRate: .video, channels: nil, fmtp: [], coding: .h261,
            staticPayloadType: 31)
    }
}

/// Packetizes H.261: as many whole macroblocks as fit, with what a decoder that has lost the packet before needs to go on. Macroblocks begin
/// at any bit: a byte that two packets share is in both.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |SBIT |EBIT |I|V| GOBN  |   MBAP  |  QUANT  |  HMVD   |  VMVD   |  4.1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// I is 0 and V is 1: there may be any macroblocks.
package struct H261Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    private static let header = 4
    /// V.
    private static let mayHaveMotion: UInt32 = 1 << 24

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        // SAFETY: the pointer is used inside the closure alone, from 0 to its count.
        try bytes.withUnsafeBytes { (unit) throws(PacketizationError) in
            guard var walk = H261Walk(unit) else { throw .malformed("no picture start code", offset: 0) }
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                var start = walk.place
                while !walk.isAtEnd {
                    let end = try end(ofPacketFrom: start, &walk)
                    try write(bytes, start, end, isLast: walk.isAtEnd, &writer, &runs)
                    start = end
                }
            }
        }
    }

    /// The last boundary up to which the packet is not too large.
    private func end(
        ofPacketFrom start: H261Walk.Place, _ walk: inout H261Walk
    ) throws(PacketizationError) -> H261Walk.Place {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.header
        var end = start
        while !walk.isAtEnd {
            var next = walk
            try next.advance()
            guard Self.size(from: start.bit, to: next.place.bit) <= largest else { break }
            (walk, end) = (next, next.place)
        }
        guard end.bit > start.bit else { throw .malformed("macroblock larger than a packet", offset: start.bit / 8) }
        return end
    }

    /// Bytes in which the bits of a packet lie.
    private static func size(from start: Int, to end: Int) -> Int { (end + 7) / 8 - start / 8 }

    private func write(
        _ bytes: RawSpan, _ start: H261Walk.Place, _ end: H261Walk.Place, isLast: Bool, _ writer: inout PacketWriter,
        _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let range = start.bit / 8..<(end.bit + 7) / 8
        let payload = try writer.packet(payload: Self.header + range.count, marker: isLast, runs: &runs)
        let unused = UInt32(start.bit % 8) << 29 | UInt32((8 - end.bit % 8) % 8) << 26
        payload.storeBytes(of: (unused | Self.mayHaveMotion | start.headerBits).bigEndian, as: UInt32.self)
        payload.advanced(by: Self.header).copy(bytes, range)
    }
}
