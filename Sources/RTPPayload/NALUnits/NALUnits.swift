/// What NAL units look like in one codec, and how its RTP payload format joins and splits them.
protocol NALUnitSyntax {
    associatedtype Key: ParameterSetKey

    /// Bytes of a NAL unit's header; 1 or 2. Shorter units are left out.
    static var headerSize: Int { get }
    /// Whether a stream's own unit of this type can be sent: some types mean aggregates and fragments in RTP.
    static func isSendable(_ header: NALUnit.Header) -> Bool
    static func isAccessUnitDelimiter(_ header: NALUnit.Header) -> Bool
    static func isParameterSet(_ header: NALUnit.Header) -> Bool
    /// Whether decoding can begin with the picture that a unit of this type belongs to.
    static func beginsRandomAccess(_ header: NALUnit.Header) -> Bool
    /// Of an aggregation packet; `headerSize` bytes.
    static func aggregateHeader(_ group: ArraySlice<NALUnit>) -> NALUnit.Header
    /// Of a fragment; the payload header is `headerSize` bytes, the FU header one more.
    static func fragmentHeader(_ header: NALUnit.Header) -> (payload: NALUnit.Header, type: UInt8)
    /// Whether a picture is coded in units of this type.
    static func isPicturePart(_ header: NALUnit.Header) -> Bool
    /// What the FU header of a fragment has if that is the last of its picture.
    static var pictureEnd: UInt8 { get }
}

extension NALUnitSyntax {
    // H.264's and H.265's fragments do not tell.
    static func isPicturePart(_ header: NALUnit.Header) -> Bool { false }
    static var pictureEnd: UInt8 { 0 }

    /// Of headers of two bytes: F if any unit has it, the lowest LayerId, the lowest TID.
    /// - Parameter layer: the bits of LayerId.
    static func lowest(of group: ArraySlice<NALUnit>, layer: NALUnit.Header) -> NALUnit.Header {
        let forbidden = group.reduce(0) { $0 | $1.header & 0x8000 }
        return forbidden | group.reduce(layer) { min($0, $1.header & layer) }
            | group.reduce(7) { min($0, $1.header & 7) }
    }
}

/// A NAL unit's place: in an access unit, or among the packetizer's parameter sets.
struct NALUnit: Hashable, Sendable {
    /// The unit's first bytes, as many as the codec's header has, as a number.
    typealias Header = UInt16

    var offset: Int32
    /// At least `headerSize`.
    var length: Int32
    var header: Header
    var isStoredParameterSet = false

    var range: Range<Int> { Int(offset)..<Int(offset + length) }
}

/// How NAL units follow each other in an access unit.
enum NALUnitFraming: Hashable, Sendable {
    /// ISO/IEC 14496-15 5.2.3: each after its length in 1 to 4 bytes, big endian.
    case lengthPrefixed(size: Int)
    /// H.264 and H.265 Annex B: each after 00 00 01, with any zeros before and after.
    case startCodes

    /// A picture has far fewer; what claims more is damaged. Bounds the packetizer's memory.
    static let maximumNALUnits = 8192

    /// Puts the unit's sendable NAL units into `units`, empty ones left out.
    ///
    /// A file whose configuration announces lengths may still hold Annex B units: what makes no sense as lengths and
    /// begins with a start code is taken as that.
    func split<Syntax: NALUnitSyntax>(
        _ bytes: RawSpan, _ syntax: Syntax.Type, into units: inout [NALUnit]
    ) throws(PacketizationError) {
        switch self {
        case .startCodes:
            try Self.splitStartCodes(bytes, syntax, into: &units)
        case .lengthPrefixed(let size):
            do {
                try Self.splitLengths(bytes, syntax, size: size, into: &units)
            } catch {
                guard bytes.beginsWithStartCode else { throw error }
                try Self.splitStartCodes(bytes, syntax, into: &units)
            }
        }
        guard !units.isEmpty else { throw .malformed("no NAL unit", offset: 0) }
    }

    private static func splitLengths<Syntax: NALUnitSyntax>(
        _ bytes: RawSpan, _ syntax: Syntax.Type, size: Int, into units: inout [NALUnit]
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
            try append(bytes, syntax, start..<start + length, to: &units)
            offset = start + length
        }
    }

    private static func splitStartCodes<Syntax: NALUnitSyntax>(
        _ bytes: RawSpan, _ syntax: Syntax.Type, into units: inout [NALUnit]
    ) throws(PacketizationError) {
        units.removeAll(keepingCapacity: true)
        guard bytes.beginsWithStartCode else { throw .malformed("no start code", offset: 0) }
        var start = bytes.startCodeEnd(from: 0)
        while let first = start {
            start = bytes.startCodeEnd(from: first)
            // trailing_zero_8bits and the zeros of the next start code: no NAL unit ends with a zero byte (H.264 and
            // H.265 7.4.1).
            var end = start.map { $0 - 3 } ?? bytes.byteCount
            while end > first, bytes.byte(end - 1) == 0 { end -= 1 }
            try append(bytes, syntax, first..<end, to: &units)
        }
    }

    private static func append<Syntax: NALUnitSyntax>(
        _ bytes: RawSpan, _ syntax: Syntax.Type, _ range: Range<Int>, to units: inout [NALUnit]
    ) throws(PacketizationError) {
        guard range.count >= Syntax.headerSize else { return }
        let unit = NALUnit(
            offset: Int32(truncatingIfNeeded: range.lowerBound), length: Int32(truncatingIfNeeded: range.count),
            header: header(bytes, at: range.lowerBound, size: Syntax.headerSize))
        guard Syntax.isSendable(unit.header) else { return }
        guard units.count < maximumNALUnits else {
            throw .malformed("more than \(maximumNALUnits) NAL units", offset: range.lowerBound)
        }
        units.append(unit)
    }

    /// - Precondition: `size`, 1 or 2, bytes are there; checked.
    static func header(_ bytes: RawSpan, at offset: Int, size: Int) -> NALUnit.Header {
        let first = NALUnit.Header(bytes.byte(offset))
        return size == 1 ? first : first << 8 | NALUnit.Header(bytes.byte(offset + 1))
    }
}
