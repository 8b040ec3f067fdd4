package import MediaCore

// RFC 4175, RTP Payload Format for Uncompressed Video.

/// As what chrominance that two lines share travels.
package enum SharedChrominance: Hashable, Sendable {
    /// With each of the lines, as YCbCr-4:2:2: FFmpeg (up to 9.0) takes a group of YCbCr-4:2:0 for something else, and shows noise.
    case repeated
    /// Once, as YCbCr-4:2:0, RFC 4175 4.3.
    case asItIs
}

extension PayloadFormat {
    /// RFC 4175 6.1. Samples travel exactly; alpha does if there is any.
    package static func rawVideo(
        _ codec: CodecDescription, firstUnit: [UInt8], chrominance: SharedChrominance = .repeated
    ) throws(PayloadFormatError) -> PayloadFormat {
        guard let picture = codec.picture, !picture.pixels.isEmpty else {
            throw PayloadFormatError("uncompressed video of unknown pixels")
        }
        guard !picture.isInterlaced else { throw PayloadFormatError("interlaced uncompressed video") }
        // What 15 bits of line number and offset can say.
        let sides = 1...32_767
        guard sides.contains(codec.width), sides.contains(codec.height) else {
            throw PayloadFormatError("uncompressed video of \(codec.width)x\(codec.height)")
        }
        let pixels = try rawPixels(codec, picture, unitSize: firstUnit.count)
        let isRepeated = chrominance == .repeated && pixels.sampling == .yCbCr420
        let conversion = RawConversion(
            pixels, as: isRepeated ? .yCbCr422 : pixels.sampling, width: codec.width, height: codec.height)
        guard codec.width % conversion.groupWidth == 0, codec.height % conversion.sampling.lines == 0 else {
            throw PayloadFormatError(
                "uncompressed video of \(codec.width)x\(codec.height), no whole number of pixel groups (RFC 4175)")
        }
        var format = PayloadFormat(
            mediaType: "video", encodingName: "raw", clockRate: .video, channels: nil,
            fmtp: rawParameters(codec, picture, conversion), coding: .rawVideo(conversion))
        if isRepeated { format.note = "4:2:0 sent as 4:2:2, each line of chrominance twice" }
        return format
    }

    private static func rawPixels(
        _ codec: CodecDescription, _ picture: PictureFormat, unitSize: Int
    ) throws(PayloadFormatError) -> RawPixels {
        // QuickTime's yuv2 has signed chrominance, b64a another order than libavutil's format says.
        guard var pixels = RawPixels(picture.pixels, width: codec.width, height: codec.height),
            !["yuv2", "b64a", "cyuv"].contains(picture.tag)
        else { throw PayloadFormatError("no RTP payload format for \(picture.pixels) pixels") }
        if unitSize > 0, unitSize != pixels.size, !pixels.padLines(toFill: unitSize, height: codec.height) {
            throw PayloadFormatError("\(picture.pixels) pictures of \(unitSize) bytes, not \(pixels.size)")
        }
        // libavcodec's decoder does the same.
        if ["YV12", "YV16", "YV24"].contains(picture.tag) { pixels.swapChrominance() }
        if codec.configuration.suffix(9) == Array("BottomUp\0".utf8) { pixels.turnOver(height: codec.height) }
        return pixels
    }

    private static func rawParameters(
        _ codec: CodecDescription, _ picture: PictureFormat, _ conversion: RawConversion
    ) -> [FormatParameter] {
        // Where nothing says it: as players guess.
        let matrix = picture.matrix ?? (codec.height >= 720 ? .bt709 : .bt601)
        let colorimetry =
            switch matrix {
            case .bt601: "BT601-5"
            case .bt709: "BT709-2"
            case .smpte240M: "SMPTE240M"
            // SMPTE ST 2110-20 7.5.
            case .bt2020: "BT2020"
            }
        var parameters = [
            FormatParameter("sampling", conversion.sampling.name), FormatParameter("width", "\(codec.width)"),
            FormatParameter("height", "\(codec.height)"), FormatParameter("depth", "\(conversion.pixels.depth)"),
            FormatParameter("colorimetry", colorimetry),
        ]
        // SMPTE ST 2110-20 7.3; RFC 4175 has no word for it. Colours are understood to be in full range.
        let isFull = picture.isFullRange == true || picture.pixels.hasPrefix("yuvj")
        if isFull, conversion.sampling.name.hasPrefix("YCbCr") { parameters.append(FormatParameter("RANGE", "FULL")) }
        return parameters
    }
}

/// Packetizes uncompressed video: as many lines, or parts of one, as fit.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  extended sequence number = 0 |            length             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |F|          line no            |C|           offset            |  length to offset again for each further line, if C
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// The upper half of the sequence number is 0 in every packet, as FFmpeg and GStreamer send it and no receiver asks: which number a packet
/// has is decided when it departs.
package struct RawVideoPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private let conversion: RawConversion

    private static let extendedSequence = 2
    private static let lineHeader = 6

    init(_ conversion: RawConversion, layout: PacketLayout, payloadType: UInt8) {
        self.conversion = conversion
        self.layout = layout
        self.payloadType = payloadType
    }

    /// A part of one line, or of the lines that share groups.
    private struct Part {
        let line: Int
        let x: Int
        let groups: Int
        let bytes: Int
        /// Another part follows in the packet.
        let isContinued: Bool
    }

    /// Which part is next.
    private struct Place {
        var line = 0
        var x = 0
        /// Bytes left in the packet.
        var room: Int
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount == conversion.pixels.size else {
            throw .malformed("picture not of \(conversion.pixels.size) bytes", offset: bytes.byteCount)
        }
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.extendedSequence
        // SAFETY: the pointers are used inside the closures alone; the picture has the size that the conversion was made for.
        try bytes.withUnsafeBytes { (picture) throws(PacketizationError) in
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                var place = Place(room: largest)
                while place.line < conversion.height {
                    place.room = largest
                    // Once to measure the packet, once to write it.
                    var measured = place
                    while next(&measured).isContinued {}
                    let size = Self.extendedSequence + largest - measured.room
                    let payload = try writer.packet(
                        payload: size, marker: measured.line >= conversion.height, runs: &runs)
                    write(picture.baseAddress!, &place, to: payload)
                }
            }
        }
    }

    /// Takes the next part, as large as it can be.
    @inline(__always)
    private func next(_ place: inout Place) -> Part {
        place.room -= Self.lineHeader
        let wanted = (conversion.width - place.x) / conversion.groupWidth
        let groups = min(wanted, place.room / conversion.groupBytes)
        let bytes = groups * conversion.groupBytes
        let (line, x) = (place.line, place.x)
        place.room -= bytes
        place.x += groups * conversion.groupWidth
        if groups == wanted {
            place.x = 0
            place.line += conversion.sampling.lines
        }
        let isContinued =
            place.room > Self.lineHeader + conversion.groupBytes && place.line < conversion.height
        return Part(line: line, x: x, groups: groups, bytes: bytes, isContinued: isContinued)
    }

    /// Fills a packet: the headers of all its parts, then their pixels.
    private func write(
        _ picture: UnsafeRawPointer, _ place: inout Place, to payload: UnsafeMutableRawPointer
    ) {
        payload.storeBytes(of: 0, as: UInt16.self)
        var header = payload + Self.extendedSequence
        var start = place
        var part: Part
        repeat {
            part = next(&place)
            header.storeBytes(of: UInt16(truncatingIfNeeded: part.bytes).bigEndian, as: UInt16.self)
            header.storeBytes(of: UInt16(truncatingIfNeeded: part.line).bigEndian, toByteOffset: 2, as: UInt16.self)
            let offset = UInt16(truncatingIfNeeded: part.x) | (part.isContinued ? 0x8000 : 0)
            header.storeBytes(of: offset.bigEndian, toByteOffset: 4, as: UInt16.self)
            header += Self.lineHeader
        } while part.isContinued
        var target = header
        repeat {
            part = next(&start)
            conversion.write(picture, line: part.line, x: part.x, groups: part.groups, to: target)
            target += part.bytes
        } while part.isContinued
    }
}
