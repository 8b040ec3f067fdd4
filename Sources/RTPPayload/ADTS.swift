internal import MediaCore

/// The header before each AAC frame in files that have no decoder configuration: adts_fixed_header and adts_variable_header, ISO/IEC 14496-3
/// 1.A.2.2.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   syncword (all ones) |I|lay|A|pro|  rate |.|chans|....| length
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///   (13, header included)     |   fullness (11)     |blk| CRC (16) if A is 0
/// ```
struct ADTSHeader: Hashable, Sendable {
    let objectType: Int
    let rateIndex: Int
    let channelConfiguration: Int
    /// Of the header itself: 7, or 9 with a CRC.
    let bytes: Int
    /// Of the frame, header included.
    let frameBytes: Int
    /// 1 to 4 access units.
    let rawDataBlocks: Int

    /// Nil if the unit does not begin with a header. Without one it is never taken for one: the first bits would be an element that ends an
    /// empty frame.
    init?(_ unit: UnsafeRawBufferPointer) {
        guard unit.count >= 7, unit[0] == 0xFF, unit[1] & 0xF6 == 0xF0 else { return nil }
        self.objectType = Int(unit[2] >> 6) + 1
        self.rateIndex = Int(unit[2] >> 2 & 15)
        self.channelConfiguration = Int(unit[2] & 1) << 2 | Int(unit[3] >> 6)
        self.bytes = unit[1] & 1 == 1 ? 7 : 9
        self.frameBytes = Int(unit[3] & 3) << 11 | Int(unit[4]) << 3 | Int(unit[5] >> 5)
        self.rawDataBlocks = Int(unit[6] & 3) + 1
        guard rateIndex < 13, frameBytes > bytes else { return nil }
    }

    /// The raw_data_block of a unit that begins with this header.
    func payload(of unit: UnsafeRawBufferPointer) throws(PacketizationError) -> UnsafeRawBufferPointer {
        guard rawDataBlocks == 1 else { throw .malformed("several AAC frames under one ADTS header", offset: 6) }
        guard frameBytes == unit.count else {
            throw .malformed("ADTS frame of \(frameBytes) bytes in a unit of \(unit.count)", offset: 3)
        }
        return UnsafeRawBufferPointer(rebasing: unit[bytes...])
    }
}

extension ADTSHeader {
    /// The AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) that says the same as the first unit of a track. HE-AAC stays implicit, as ADTS
    /// has it (1.6.5).
    static func audioSpecificConfig(from unit: [UInt8]) throws(PayloadFormatError) -> [UInt8] {
        // SAFETY: the pointer is used inside the closure alone.
        guard let header = unit.span.bytes.withUnsafeBytes({ ADTSHeader($0) }), header.frameBytes == unit.count else {
            throw PayloadFormatError("AAC without an AudioSpecificConfig")
        }
        guard header.rawDataBlocks == 1 else {
            throw PayloadFormatError("AAC with several frames under one ADTS header")
        }
        var writer = BitWriter()
        writer.append(UInt32(header.objectType), bits: 5)
        writer.append(UInt32(header.rateIndex), bits: 4)
        writer.append(UInt32(header.channelConfiguration), bits: 4)
        // GASpecificConfig: 1,024 samples, no core coder, no extension.
        writer.append(0, bits: 3)
        if header.channelConfiguration == 0 {
            var reader = BitReader(Array(unit[header.bytes...]))
            // id_syn_ele: PCE.
            guard reader.bits(3) == 5, writer.appendProgramConfigElement(&reader) else {
                throw PayloadFormatError("AAC without a channel configuration")
            }
        }
        return writer.bytes
    }
}

/// Writes bits, most significant first.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var free = 0

    mutating func append(_ value: UInt32, bits: Int) {
        for bit in (0..<bits).reversed() {
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            free -= 1
            bytes[bytes.count - 1] |= UInt8(truncatingIfNeeded: value >> bit & 1) << free
        }
    }

    /// Copies `count` bits, up to 32, and answers them.
    private mutating func copy(_ count: Int, _ reader: inout BitReader) -> UInt32? {
        guard let value = reader.bits(count) else { return nil }
        append(value, bits: count)
        return value
    }

    /// program_config_element, ISO/IEC 14496-3 4.4.1.1, which is aligned anew where it is put.
    /// - Returns: false if `reader` ends inside it.
    mutating func appendProgramConfigElement(_ reader: inout BitReader) -> Bool {
        // element_instance_tag, object_type, sampling_frequency_index
        guard copy(10, &reader) != nil, let front = copy(4, &reader), let side = copy(4, &reader),
            let back = copy(4, &reader), let low = copy(2, &reader), let data = copy(3, &reader),
            let coupling = copy(4, &reader)
        else { return false }
        // Mono, stereo and matrix mixdown.
        for width in [4, 4, 3] {
            guard let isPresent = copy(1, &reader), isPresent == 0 || copy(width, &reader) != nil else { return false }
        }
        for _ in 0..<front + side + back + coupling { guard copy(5, &reader) != nil else { return false } }
        for _ in 0..<low + data { guard copy(4, &reader) != nil else { return false } }
        reader.alignToByte()
        free = 0
        guard let comment = copy(8, &reader) else { return false }
        for _ in 0..<comment { guard copy(8, &reader) != nil else { return false } }
        return true
    }
}
