/// A track's decoder configuration: how its NAL units are framed, and the parameter sets that the container holds.
protocol NALUnitConfiguration: Hashable, Sendable {
    associatedtype Syntax: NALUnitSyntax

    var framing: NALUnitFraming { get }
    var parameterSets: ParameterSets<Syntax> { get }

    /// From the record of the codec's file format, or from parameter sets with start codes.
    init(parsing configuration: [UInt8]) throws(PayloadFormatError)
}

extension ParameterSets {
    /// Those among NAL units with start codes; none if there are none.
    init(startCodes bytes: [UInt8]) {
        self.init()
        var units: [NALUnit] = []
        guard (try? NALUnitFraming.startCodes.split(bytes.span.bytes, Syntax.self, into: &units)) != nil else { return }
        for unit in units { update(bytes.span.bytes.extracting(unit.range)) }
    }
}

/// Reads a decoder configuration record (ISO/IEC 14496-15). Every step answers nil or false beyond the end; then the place is that of what
/// is cut short.
struct ConfigurationRecord {
    private let record: [UInt8]
    /// Bytes from the record's start.
    private(set) var offset: Int

    init(_ record: [UInt8], from offset: Int = 0) {
        self.record = record
        self.offset = offset
    }

    /// Big-endian, of up to 7 bytes.
    mutating func number(_ bytes: Int) -> Int? {
        guard record.count - offset >= bytes else { return nil }
        defer { offset += bytes }
        return record[offset..<offset + bytes].reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func skip(_ bytes: Int) -> Bool {
        guard record.count - offset >= bytes else { return false }
        offset += bytes
        return true
    }

    /// NAL units, each after its length in 2 bytes, of which parameter sets are taken in.
    mutating func takeUnits<Syntax>(_ count: Int, into sets: inout ParameterSets<Syntax>) -> Bool {
        for _ in 0..<count {
            let start = offset
            guard let length = number(2), record.count - offset >= length else {
                offset = start
                return false
            }
            sets.update(record.span.bytes.extracting(offset..<offset + length))
            offset += length
        }
        return true
    }

    /// NAL units of one type: that in 1 byte, their number in 2, the units. SEI and others are left out: what is said once for the stream
    /// need not be repeated.
    /// - Parameter isSingle: whether the units of a type are not counted, since there is one.
    mutating func takeArray<Syntax>(
        into sets: inout ParameterSets<Syntax>, isSingle: (UInt8) -> Bool = { _ in false }
    ) -> Bool {
        let start = offset
        guard let type = number(1), let count = isSingle(UInt8(type)) ? 1 : number(2) else {
            offset = start
            return false
        }
        return takeUnits(count, into: &sets)
    }
}
