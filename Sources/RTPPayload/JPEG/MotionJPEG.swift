internal import MediaCore

// RFC 2435, RTP Payload Format for JPEG-compressed Video.

extension PayloadFormat {
    /// Payload type 26, RFC 3551 6. There are no parameters: each picture says its size and its tables.
    ///
    /// What the format cannot express is refused by the first unit; a later one that it cannot express is an error of
    /// that unit.
    static func motionJPEG(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        if !firstUnit.isEmpty {
            let image: JPEGImage
            do {
                image = try JPEGImage(parsing: firstUnit.span.bytes)
            } catch {
                guard case .malformed(let reason, _) = error else { throw PayloadFormatError("\(error)") }
                throw PayloadFormatError("\(reason) (RFC 2435 cannot express it)")
            }
            // Half the track's height, give or take padding.
            guard codec.height == 0 || image.height * 4 > codec.height * 3 else {
                throw PayloadFormatError(
                    "interlaced JPEG: fields of \(image.height) lines (RFC 2435 cannot express it)")
            }
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "JPEG", clockRate: .video, channels: nil, fmtp: [], coding: .motionJPEG,
            staticPayloadType: 26)
    }
}

/// Packetizes JPEG images: the scan alone, cut where packets are full, with what its headers said in short.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | type-specific |                fragment offset                |  3.1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     type      |     Q=255     |    width/8    |   height/8    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |       restart interval        |F|L|       restart count       |  3.1.7, with restart intervals alone
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      MBZ      | precision=0   |         length = 128          |  3.1.8, in the first packet, then the tables
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct MotionJPEGPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    private static let mainHeader = 8
    private static let restartHeader = 4
    private static let tableHeader = 4
    /// What 24 bits of fragment offset can say.
    private static let maximumScan = 1 << 24
    /// Added to the type if there are restart intervals (3.1.3).
    private static let restartType: UInt8 = 64
    /// F, L and all ones: packets are not aligned to restart intervals (3.1.7).
    private static let unaligned: UInt16 = 0xFFFF
    /// Tables come in band (3.1.4).
    private static let quality: UInt8 = 255

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let image = try JPEGImage(parsing: bytes)
        guard image.scan.count <= Self.maximumScan else {
            throw .tooLarge(bytes: image.scan.count, limit: Self.maximumScan)
        }
        let headers = Self.mainHeader + (image.restartInterval > 0 ? Self.restartHeader : 0)
        let tables = Self.tableHeader + 2 * JPEGImage.quantizationTable
        let largest = layout.maximumPacketSize - PacketWriter.headerSize
        guard largest > headers + tables else {
            throw .malformed(
                "no room for quantization tables in packets of \(layout.maximumPacketSize) bytes", offset: 0)
        }
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = image.scan.lowerBound
            while start < image.scan.upperBound {
                let isFirst = start == image.scan.lowerBound
                let before = headers + (isFirst ? tables : 0)
                let end = min(start + largest - before, image.scan.upperBound)
                var payload = try writer.packet(
                    payload: before + end - start, marker: end == image.scan.upperBound, runs: &runs)
                write(image, offset: start - image.scan.lowerBound, to: payload)
                payload += headers
                if isFirst {
                    Self.writeTables(image, of: bytes, to: payload)
                    payload += tables
                }
                payload.copy(bytes, start..<end)
                start = end
            }
        }
    }

    /// The main header and, with restart intervals, theirs.
    private func write(_ image: JPEGImage, offset: Int, to payload: UnsafeMutableRawPointer) {
        let hasRestarts = image.restartInterval > 0
        payload.storeBytes(of: UInt32(truncatingIfNeeded: offset).bigEndian, as: UInt32.self)
        payload.storeBytes(
            of: image.type | (hasRestarts ? Self.restartType : 0), toByteOffset: 4, as: UInt8.self)
        payload.storeBytes(of: Self.quality, toByteOffset: 5, as: UInt8.self)
        payload.storeBytes(of: UInt8(truncatingIfNeeded: image.width / 8), toByteOffset: 6, as: UInt8.self)
        payload.storeBytes(of: UInt8(truncatingIfNeeded: image.height / 8), toByteOffset: 7, as: UInt8.self)
        guard hasRestarts else { return }
        payload.storeBytes(of: image.restartInterval.bigEndian, toByteOffset: 8, as: UInt16.self)
        payload.storeBytes(of: Self.unaligned, toByteOffset: 10, as: UInt16.self)
    }

    private static func writeTables(_ image: JPEGImage, of bytes: RawSpan, to payload: UnsafeMutableRawPointer) {
        let size = JPEGImage.quantizationTable
        payload.storeBytes(of: UInt32(2 * size).bigEndian, as: UInt32.self)
        payload.advanced(by: tableHeader).copy(bytes, image.luminanceTable..<image.luminanceTable + size)
        payload.advanced(by: tableHeader + size).copy(bytes, image.chrominanceTable..<image.chrominanceTable + size)
    }
}
