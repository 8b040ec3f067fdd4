internal import MediaCore

// RFC 8450, RTP Payload Format for VC-2 High Quality (HQ) Profile.

extension PayloadFormat {
    /// RFC 8450 6.1: the profile is the one that the format carries; sequence headers come in band.
    static func vc2(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        var sequence = VC2Sequence()
        var largest: Int?
        do throws(PacketizationError) {
            let unit = firstUnit.span.bytes
            try VC2DataUnit.visit(unit) { (part) throws(PacketizationError) in
                if part.code == .sequenceHeader { sequence.update(unit.extracting(part.contents)) }
                guard part.code == .picture else { return }
                largest = max(
                    largest ?? 0,
                    try VC2Picture.largestSlice(unit.extracting(part.contents), version: sequence.version))
            }
        } catch {
            guard case .malformed(let reason, _) = error else { throw PayloadFormatError("\(error)") }
            throw PayloadFormatError(reason)
        }
        guard let largest else { throw PayloadFormatError("VC-2 without a picture of the HQ profile") }
        guard !sequence.isEmpty else { throw PayloadFormatError("VC-2 without a sequence header") }
        guard largest <= VC2Packetizer.usualRoom else {
            throw PayloadFormatError("VC-2 with slices of \(largest) bytes, larger than a packet")
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "vc2", clockRate: .video, channels: nil,
            fmtp: [FormatParameter("profile", "HQ")], coding: .vc2(sequence))
    }
}

/// Packetizes VC-2: a sequence header in one packet, a picture's transform parameters in one, then as many whole slices as fit in each.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  extended sequence number = 0 |  reserved |I|F|  parse code   |  4.2
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                        picture number                         |  of picture fragments, parse code 0xEC
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      slice prefix bytes       |       slice size scaler       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |        fragment length        |       number of slices        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           slice x             |           slice y             |  the first slice's, if there are slices
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// The upper half of the sequence number is 0, as FFmpeg sends it: who departs counts, and knows no payload. I is set where pictures are
/// fields, F in the second of a frame. The marker ends a picture's last slices and nothing else, so a unit of two fields has two (4.1).
package struct VC2Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var sequence: VC2Sequence

    private static let header = 4
    private static let fragmentHeader = 16
    private static let sliceHeader = 20
    private static let fragmentCode: UInt32 = 0xEC
    private static let interlaced: UInt32 = 0x200
    private static let secondField: UInt32 = 0x100
    /// Bytes of slices that a packet of the server's default size, 1372 bytes, has room for.
    static let usualRoom = 1372 - PacketWriter.headerSize - sliceHeader

    init(_ sequence: VC2Sequence, layout: PacketLayout, payloadType: UInt8) {
        self.sequence = sequence
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`. Auxiliary data and padding are left out; the last sequence header goes before a picture that has none.
    mutating func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        var sequence = sequence
        var (isEmpty, hasHeader) = (true, false)
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            try VC2DataUnit.visit(bytes) { (unit) throws(PacketizationError) in
                guard unit.code.isSent else { return }
                isEmpty = false
                let contents = bytes.extracting(unit.contents)
                if unit.code == .sequenceHeader {
                    sequence.update(contents)
                    hasHeader = true
                }
                guard unit.code == .picture else { return try write(unit.code, contents, &writer, &runs) }
                if !hasHeader, !sequence.isEmpty {
                    try write(.sequenceHeader, sequence.header.span.bytes, &writer, &runs)
                    hasHeader = true
                }
                try write(picture: contents, of: sequence, &writer, &runs)
            }
            guard !isEmpty else { throw .malformed("no VC-2 data unit that can be sent", offset: 0) }
        }
        self.sequence = sequence
    }

    /// A sequence header, or the end of a sequence.
    private func write(
        _ code: VC2DataUnit.Code, _ contents: RawSpan, _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let room = layout.maximumPacketSize - PacketWriter.headerSize - Self.header
        guard contents.byteCount <= room else { throw .tooLarge(bytes: contents.byteCount, limit: room) }
        let payload = try writer.packet(payload: Self.header + contents.byteCount, marker: false, runs: &runs)
        payload.storeBytes(of: UInt32(code.rawValue).bigEndian, as: UInt32.self)
        payload.advanced(by: Self.header).copy(contents, 0..<contents.byteCount)
    }

    private func write(
        picture bytes: RawSpan, of sequence: VC2Sequence, _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let picture = try VC2Picture(bytes, version: sequence.version)
        // The earlier field of a frame has the even number: SMPTE 2042-1 12.2.
        let field = picture.number & 1 == 0 ? Self.interlaced : Self.interlaced | Self.secondField
        let word = Self.fragmentCode | (sequence.codesFields ? field : 0)
        let room = layout.maximumPacketSize - PacketWriter.headerSize
        guard Self.fragmentHeader + picture.parameters.count <= room else {
            throw .tooLarge(bytes: picture.parameters.count, limit: room - Self.fragmentHeader)
        }
        let payload = try writer.packet(
            payload: Self.fragmentHeader + picture.parameters.count, marker: false, runs: &runs)
        write(picture, word, length: picture.parameters.count, slices: 0, to: payload)
        payload.advanced(by: Self.fragmentHeader).copy(bytes, picture.parameters)
        var start = picture.parameters.upperBound
        var slice = 0
        while slice < picture.slices {
            let (end, count) = try picture.slices(
                bytes, from: start, atMost: picture.slices - slice, room: room - Self.sliceHeader)
            let payload = try writer.packet(
                payload: Self.sliceHeader + end - start, marker: slice + count == picture.slices, runs: &runs)
            write(picture, word, length: end - start, slices: count, to: payload)
            let place = UInt32(slice % picture.columns) << 16 | UInt32(slice / picture.columns)
            payload.storeBytes(of: place.bigEndian, toByteOffset: Self.fragmentHeader, as: UInt32.self)
            payload.advanced(by: Self.sliceHeader).copy(bytes, start..<end)
            (start, slice) = (end, slice + count)
        }
    }

    private func write(
        _ picture: VC2Picture, _ word: UInt32, length: Int, slices: Int, to payload: UnsafeMutableRawPointer
    ) {
        let sizes = UInt32(picture.prefixBytes) << 16 | UInt32(picture.sizeScaler)
        let counts = UInt32(length) << 16 | UInt32(slices)
        payload.storeBytes(of: word.bigEndian, as: UInt32.self)
        payload.storeBytes(of: picture.number.bigEndian, toByteOffset: 4, as: UInt32.self)
        payload.storeBytes(of: sizes.bigEndian, toByteOffset: 8, as: UInt32.self)
        payload.storeBytes(of: counts.bigEndian, toByteOffset: 12, as: UInt32.self)
    }
}
