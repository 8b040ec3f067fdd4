internal import MediaCore

// RFC 8450, RTP Payload Format for VC-2 High Quality (HQ) Profile.

extension PayloadFormat {
    /// RFC 8450 6.1: the profile is the one that the format carries; sequence headers come in band.
    static func vc2(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        var hasPicture = false
        do throws(PacketizationError) {
            try VC2DataUnit.visit(firstUnit.span.bytes) { (unit) throws(PacketizationError) in
                guard unit.code.isPicture else { return }
                _ = try VC2Picture(firstUnit.span.bytes.extracting(unit.contents))
                hasPicture = true
            }
        } catch {
            guard case .malformed(let reason, _) = error else { throw PayloadFormatError("\(error)") }
            throw PayloadFormatError(reason)
        }
        guard hasPicture else { throw PayloadFormatError("VC-2 without a picture of the HQ profile") }
        return PayloadFormat(
            mediaType: "video", encodingName: "vc2", clockRate: .video, channels: nil,
            fmtp: [FormatParameter("profile", "HQ")], coding: .vc2)
    }
}

/// Packetizes VC-2: a sequence header in one packet, a picture's transform parameters in one, then as many whole slices as fit in each.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  extended sequence number = 0 |  reserved |I|F|  parse code   |  4.2
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        picture number                         |  4.3, of picture fragments, parse code 0xEC
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      slice prefix bytes       |       slice size scaler       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |        fragment length        |       number of slices        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           slice x             |           slice y             |  the first slice's, if there are slices
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// I and F stay 0: a unit is a picture, whose fields, if it has any, are not told apart. The upper half of the sequence number is 0, as FFmpeg
/// sends it.
package struct VC2Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    private static let header = 4
    private static let fragmentHeader = 16
    private static let sliceHeader = 20
    private static let fragmentCode: UInt32 = 0xEC

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`. Auxiliary data and padding are left out.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        // The marker ends a picture; what follows the last one has it too.
        var last = -1
        try VC2DataUnit.visit(bytes) { (unit) throws(PacketizationError) in
            if unit.code.isSent { last = unit.contents.lowerBound }
        }
        guard last >= 0 else { throw .malformed("no VC-2 data unit that can be sent", offset: 0) }
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            try VC2DataUnit.visit(bytes) { (unit) throws(PacketizationError) in
                guard unit.code.isSent else { return }
                let isLast = unit.contents.lowerBound == last
                if unit.code.isPicture {
                    try write(picture: bytes.extracting(unit.contents), isLast: isLast, &writer, &runs)
                } else {
                    try write(unit, of: bytes, isLast: isLast, &writer, &runs)
                }
            }
        }
    }

    /// A sequence header, or the end of a sequence.
    private func write(
        _ unit: VC2DataUnit, of bytes: RawSpan, isLast: Bool, _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        guard Self.header + unit.contents.count <= layout.maximumPacketSize - PacketWriter.headerSize else {
            throw .tooLarge(bytes: unit.contents.count, limit: layout.maximumPacketSize)
        }
        let payload = try writer.packet(payload: Self.header + unit.contents.count, marker: isLast, runs: &runs)
        payload.storeBytes(of: UInt32(unit.code.rawValue).bigEndian, as: UInt32.self)
        payload.advanced(by: Self.header).copy(bytes, unit.contents)
    }

    private func write(
        picture bytes: RawSpan, isLast: Bool, _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let picture = try VC2Picture(bytes)
        let room = layout.maximumPacketSize - PacketWriter.headerSize
        guard Self.fragmentHeader + picture.parameters.count <= room else {
            throw .tooLarge(bytes: picture.parameters.count, limit: room - Self.fragmentHeader)
        }
        let payload = try writer.packet(
            payload: Self.fragmentHeader + picture.parameters.count, marker: false, runs: &runs)
        write(picture, length: picture.parameters.count, slices: 0, to: payload)
        payload.advanced(by: Self.fragmentHeader).copy(bytes, picture.parameters)
        var start = picture.parameters.upperBound
        var slice = 0
        while slice < picture.slices {
            var (end, count) = (start, 0)
            while slice + count < picture.slices {
                let next = try picture.sliceEnd(bytes, from: end)
                guard next - start <= room - Self.sliceHeader else { break }
                (end, count) = (next, count + 1)
            }
            guard count > 0 else { throw .malformed("VC-2 slice larger than a packet", offset: start) }
            let isEnd = slice + count == picture.slices
            let payload = try writer.packet(
                payload: Self.sliceHeader + end - start, marker: isEnd && isLast, runs: &runs)
            write(picture, length: end - start, slices: count, to: payload)
            let place = UInt32(slice % picture.columns) << 16 | UInt32(slice / picture.columns)
            payload.storeBytes(of: place.bigEndian, toByteOffset: Self.fragmentHeader, as: UInt32.self)
            payload.advanced(by: Self.sliceHeader).copy(bytes, start..<end)
            (start, slice) = (end, slice + count)
        }
    }

    private func write(_ picture: VC2Picture, length: Int, slices: Int, to payload: UnsafeMutableRawPointer) {
        let sizes = UInt32(picture.prefixBytes) << 16 | UInt32(picture.sizeScaler)
        let counts = UInt32(length) << 16 | UInt32(slices)
        payload.storeBytes(of: Self.fragmentCode.bigEndian, as: UInt32.self)
        payload.storeBytes(of: picture.number.bigEndian, toByteOffset: 4, as: UInt32.self)
        payload.storeBytes(of: sizes.bigEndian, toByteOffset: 8, as: UInt32.self)
        payload.storeBytes(of: counts.bigEndian, toByteOffset: 12, as: UInt32.self)
    }
}
