/// `nal_unit_type`, H.264 table 7-1: the low five bits of a NAL unit's first byte.
enum NALUnitType {
    static let idrSlice: UInt8 = 5
    static let sequenceParameterSet: UInt8 = 7
    static let pictureParameterSet: UInt8 = 8
    static let accessUnitDelimiter: UInt8 = 9
    static let sequenceParameterSetExtension: UInt8 = 13
    /// RFC 6184 5.2. In RTP, 0 is undefined and 24...31 are aggregates and fragments: a stream's own units of these
    /// types, which H.264 leaves unspecified, cannot be sent.
    static let sendable: ClosedRange<UInt8> = 1...23
}

/// A NAL unit's place: in an access unit, or among the packetizer's parameter sets.
struct NALUnit: Hashable, Sendable {
    var offset: Int32
    /// At least 1.
    var length: Int32
    /// `forbidden_zero_bit`, `nal_ref_idc` and `nal_unit_type`.
    var header: UInt8
    var isStoredParameterSet = false

    var type: UInt8 { header & 0x1F }

    /// SPS, SPS extension or PPS.
    var isParameterSet: Bool {
        switch type {
        case NALUnitType.sequenceParameterSet, NALUnitType.sequenceParameterSetExtension,
            NALUnitType.pictureParameterSet:
            true
        default: false
        }
    }
}

/// How NAL units follow each other in an access unit.
enum NALUnitFraming: Hashable, Sendable {
    /// ISO/IEC 14496-15 5.2.3: each after its length in 1 to 4 bytes, big endian.
    case lengthPrefixed(size: Int)
    /// H.264 Annex B: each after 00 00 01, with any zeros before and after.
    case startCodes

    /// A picture has far fewer; what claims more is damaged. Bounds the packetizer's memory.
    static let maximumNALUnits = 8192

    /// Puts the unit's sendable NAL units into `units`, empty ones left out.
    ///
    /// A file whose configuration announces lengths may still hold Annex B units: what makes no sense as lengths and
    /// begins with a start code is taken as that.
    func split(_ bytes: RawSpan, into units: inout [NALUnit]) throws(PacketizationError) {
        switch self {
        case .startCodes:
            try Self.splitStartCodes(bytes, into: &units)
        case .lengthPrefixed(let size):
            do {
                try Self.splitLengths(bytes, size: size, into: &units)
            } catch {
                guard Self.beginsWithStartCode(bytes) else { throw error }
                try Self.splitStartCodes(bytes, into: &units)
            }
        }
        guard !units.isEmpty else { throw .malformed("no NAL unit", offset: 0) }
    }

    private static func splitLengths(
        _ bytes: RawSpan, size: Int, into units: inout [NALUnit]
    ) throws(PacketizationError) {
        units.removeAll(keepingCapacity: true)
        var offset = 0
        // Fewer bytes at the end than a length has are padding.
        while bytes.byteCount - offset >= size {
            var length = 0
            for place in 0..<size { length = length << 8 | Int(bytes.byte(offset + place)) }
            let start = offset + size
            guard length <= bytes.byteCount - start else {
                throw .malformed("NAL unit of \(length) bytes beyond the unit's end", offset: offset)
            }
            try append(bytes, start..<start + length, to: &units)
            offset = start + length
        }
    }

    private static func splitStartCodes(_ bytes: RawSpan, into units: inout [NALUnit]) throws(PacketizationError) {
        units.removeAll(keepingCapacity: true)
        guard beginsWithStartCode(bytes) else { throw .malformed("no start code", offset: 0) }
        var start = startCodeEnd(bytes, from: 0)
        while let first = start {
            start = startCodeEnd(bytes, from: first)
            // trailing_zero_8bits and the zeros of the next start code: no NAL unit ends with a zero byte (H.264
            // 7.4.1).
            var end = start.map { $0 - 3 } ?? bytes.byteCount
            while end > first, bytes.byte(end - 1) == 0 { end -= 1 }
            try append(bytes, first..<end, to: &units)
        }
    }

    private static func append(
        _ bytes: RawSpan, _ range: Range<Int>, to units: inout [NALUnit]
    ) throws(PacketizationError) {
        guard !range.isEmpty else { return }
        let unit = NALUnit(
            offset: Int32(truncatingIfNeeded: range.lowerBound), length: Int32(truncatingIfNeeded: range.count),
            header: bytes.byte(range.lowerBound))
        guard NALUnitType.sendable.contains(unit.type) else { return }
        guard units.count < maximumNALUnits else {
            throw .malformed("more than \(maximumNALUnits) NAL units", offset: range.lowerBound)
        }
        units.append(unit)
    }

    /// Zeros, at least two, then 01.
    private static func beginsWithStartCode(_ bytes: RawSpan) -> Bool {
        var zeros = 0
        while zeros < bytes.byteCount, bytes.byte(zeros) == 0 { zeros += 1 }
        return zeros >= 2 && zeros < bytes.byteCount && bytes.byte(zeros) == 1
    }

    /// Where the NAL unit after the next start code begins; nil if there is none.
    private static func startCodeEnd(_ bytes: RawSpan, from start: Int) -> Int? {
        var offset = start
        while offset + 3 <= bytes.byteCount {
            if offset + 8 <= bytes.byteCount, !bytes.hasZero(inEightAt: offset) {
                offset += 8
            } else if bytes.byte(offset) == 0, bytes.byte(offset + 1) == 0, bytes.byte(offset + 2) == 1 {
                return offset + 3
            } else {
                offset += 1
            }
        }
        return nil
    }
}

extension RawSpan {
    /// - Precondition: `offset` lies in the span; checked.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// Whether one of the eight bytes from `offset` on is zero: subtracting 1 from each then borrows into its top bit.
    ///
    /// - Precondition: they lie in the span; checked.
    @inline(__always)
    fileprivate func hasZero(inEightAt offset: Int) -> Bool {
        let word = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
    }
}
