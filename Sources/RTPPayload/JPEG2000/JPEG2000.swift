internal import MediaCore

// RFC 5371, RTP Payload Format for JPEG 2000 Video Streams.

extension PayloadFormat {
    /// RFC 5371 6.1. Of the parameters that RFC 5372 adds none is used: the main header is in every picture, and all priorities are equal.
    static func jpeg2000(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        let image: JPEG2000Codestream
        do {
            image = try JPEG2000Codestream(parsing: firstUnit.span.bytes)
        } catch {
            guard case .malformed(let reason, _) = error else { throw PayloadFormatError("\(error)") }
            throw PayloadFormatError(reason)
        }
        // QuickTime stores each field as a codestream of half the picture's height.
        guard codec.height == 0 || image.height * 4 > codec.height * 3 else {
            throw PayloadFormatError("interlaced JPEG 2000: fields of \(image.height) lines")
        }
        let space = JPEG2000ColorSpace(boxes: codec.configuration) ?? JPEG2000ColorSpace(boxes: firstUnit)
        guard let sampling = image.sampling(space) else {
            throw PayloadFormatError("JPEG 2000 with components that RFC 5371 has no name for")
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "jpeg2000", clockRate: .video, channels: nil,
            fmtp: [
                FormatParameter("sampling", sampling), FormatParameter("interlace", "0"),
                FormatParameter("width", "\(image.width)"), FormatParameter("height", "\(image.height)"),
            ], coding: .jpeg2000)
    }
}

/// Packetizes JPEG 2000 codestreams, without the boxes of a file around them: the main header in packets of its own, and each tile-part
/// beginning with a packet.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |tp |MHF|mh_id|T|     priority  |           tile number         |  4.1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |reserved       |             fragment offset                   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// tp is 0, a whole picture; mh_id is 0, so that nobody uses one picture's main header for another.
package struct JPEG2000Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    static let header = 8
    /// What 24 bits of fragment offset can say.
    private static let maximumCodestream = 1 << 24
    /// All packets are equal (4.1).
    private static let priority: UInt32 = 255
    /// With T, where no tile is named.
    private static let noTile: UInt32 = 0xFFFF

    /// What of the main header a packet holds: MHF, 4.1.
    private enum MainHeader: UInt32 {
        case none = 0
        case part = 1
        case lastPart = 2
        case whole = 3
    }

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let image = try JPEG2000Codestream(parsing: bytes)
        guard image.range.count <= Self.maximumCodestream else {
            throw .tooLarge(bytes: image.range.count, limit: Self.maximumCodestream)
        }
        let codestream = bytes.extracting(image.range)
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.header
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = image.mainHeader
            try write(codestream, 0..<start, tile: nil, &writer, &runs)
            while start < codestream.byteCount {
                let part = JPEG2000TilePart(codestream, at: start)
                while start < part.range.upperBound {
                    let end = part.end(ofGroupFrom: start, in: codestream, largest: largest)
                    try write(codestream, start..<end, tile: part.tile, &writer, &runs)
                    start = end
                }
            }
        }
    }

    /// A part of the codestream that begins with a packet.
    /// - Parameter tile: nil for the main header.
    private func write(
        _ bytes: RawSpan, _ range: Range<Int>, tile: UInt16?, _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.header
        var start = range.lowerBound
        while start < range.upperBound {
            var end = min(start + largest, range.upperBound)
            // What looks like SOC within coded data (FF 4F, which may be there) is one to GStreamer's rtpj2kdepay where a packet begins.
            if end < range.upperBound, bytes.byte(end) == 0xFF { end -= 1 }
            var header = MainHeader.none
            if tile == nil {
                header = end < range.upperBound ? .part : start > range.lowerBound ? .lastPart : .whole
            }
            let isTileInvalid: UInt32 = tile == nil ? 1 : 0
            let flags = header.rawValue << 28 | isTileInvalid << 24
            let word = flags | Self.priority << 16 | (tile.map { UInt32($0) } ?? Self.noTile)
            let payload = try writer.packet(
                payload: Self.header + end - start, marker: end == bytes.byteCount, runs: &runs)
            payload.storeBytes(of: word.bigEndian, as: UInt32.self)
            payload.storeBytes(of: UInt32(truncatingIfNeeded: start).bigEndian, toByteOffset: 4, as: UInt32.self)
            payload.advanced(by: Self.header).copy(bytes, start..<end)
            start = end
        }
    }
}
