internal import MediaCore

// RFC 4103, RTP Payload for Text Conversation.

extension PayloadFormat {
    /// RFC 4103 10: `t140` without redundancy: what is lost stays lost, as it does with sound and pictures.
    static func t140(_ format: TextFormat) -> PayloadFormat {
        PayloadFormat(
            mediaType: "text", encodingName: "t140", clockRate: ClockRate(hertz: 1000)!, channels: nil, fmtp: [],
            coding: .t140(format))
    }
}

/// Packetizes subtitles as text: a cue is a T140block when it appears, and a line separator ends it. T.140 is a conversation: what is
/// written stays, so that nothing is sent when a cue disappears, and none of its place or look.
///
/// The first packet has the marker: it follows a time without text (RFC 4103 3.5). A cue that does not fit goes on in the next packet, at
/// the same time: RFC 4103 has every packet of a conversation at a time of its own, but a cue of a thousand characters is no subtitle.
package struct T140Packetizer: Sendable {
    private let format: TextFormat
    private let layout: PacketLayout
    private let payloadType: UInt8

    /// Zero width no-break space: what T.140 has receivers ignore, in the place of a cue without text.
    private static let filler: [UInt8] = [0xEF, 0xBB, 0xBF]

    init(_ format: TextFormat, layout: PacketLayout, payloadType: UInt8) {
        self.format = format
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let lines = PlainText.lines(of: bytes.withUnsafeBytes { Array($0) }, format)
        let text = lines.map { $0 + "\u{2028}" }.joined()
        let block = lines.isEmpty ? Self.filler : Array(text.utf8)
        let largest = layout.maximumPacketSize - PacketWriter.headerSize
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            while start < block.count {
                let end = Self.end(of: block, from: start, limit: largest)
                let payload = try writer.packet(payload: end - start, marker: start == 0, runs: &runs)
                payload.copy(block.span.bytes, start..<end)
                start = end
            }
        }
    }

    /// Before a character that would be cut (RFC 4103 4: a block has whole characters).
    private static func end(of block: [UInt8], from start: Int, limit: Int) -> Int {
        var end = min(start + limit, block.count)
        while end < block.count, block[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
