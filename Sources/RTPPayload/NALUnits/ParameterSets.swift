internal import MediaCore

/// Which parameter set a NAL unit is: one replaces another with the same key.
///
/// Ordered as decoders want them: a set comes after those that it refers to.
protocol ParameterSetKey: Hashable, Sendable, Comparable {
    /// By type: a set refers to sets of lower rank alone.
    var rank: Int { get }
    var identifier: UInt32 { get }

    /// Nil if `unit` is no parameter set, or one whose identifier cannot be read.
    init?(_ unit: RawSpan)
}

extension ParameterSetKey {
    static func < (left: Self, right: Self) -> Bool { (left.rank, left.identifier) < (right.rank, right.identifier) }
}

/// The parameter sets in force, so that they can be sent before each random access point: H.264 and H.265 7.4.1.2.
///
/// In the order of their keys; of each the last one seen.
struct ParameterSets<Syntax: NALUnitSyntax>: Hashable, Sendable {
    typealias Key = Syntax.Key

    /// All sets end to end.
    private(set) var bytes: [UInt8] = []
    /// Their places in `bytes`.
    private(set) var units: [NALUnit] = []
    /// What `units[i]` is.
    private(set) var keys: [Key] = []

    /// More is not kept: a stream's sets have some hundred bytes.
    static var maximumBytes: Int { 65_536 }

    static func == (left: Self, right: Self) -> Bool {
        left.bytes == right.bytes && left.units == right.units && left.keys == right.keys
    }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    /// Takes in a NAL unit if it is a parameter set and new.
    mutating func update(_ unit: RawSpan) {
        guard let key = Key(unit) else { return }
        let index = keys.firstIndex { $0 >= key } ?? keys.count
        let isKnown = index < keys.count && keys[index] == key
        if isKnown, isEqual(units[index], to: unit) { return }
        let replaced = isKnown ? Int(units[index].length) : 0
        guard bytes.count - replaced + unit.byteCount <= Self.maximumBytes else { return }
        if isKnown { remove(at: index) }
        keys.insert(key, at: index)
        units.insert(
            NALUnit(
                offset: Int32(bytes.count), length: Int32(unit.byteCount),
                header: NALUnitFraming.header(unit, at: 0, size: Syntax.headerSize), isStoredParameterSet: true),
            at: index)
        unit.withUnsafeBytes { bytes += $0 }
    }

    private mutating func remove(at index: Int) {
        let removed = units.remove(at: index)
        keys.remove(at: index)
        bytes.removeSubrange(removed.range)
        for later in units.indices where units[later].offset > removed.offset { units[later].offset -= removed.length }
    }

    private func isEqual(_ stored: NALUnit, to unit: RawSpan) -> Bool {
        guard Int(stored.length) == unit.byteCount else { return false }
        return unit.withUnsafeBytes { $0.elementsEqual(bytes[stored.range]) }
    }

    /// Puts what the access unit in `pieces` lacks where it belongs: after an access unit delimiter, before everything
    /// else (H.264 7.4.1.2.3), but after the unit's own sets of lower rank, since decoders drop what refers to a set
    /// that changes.
    func complete(_ pieces: inout [NALUnit], of bytes: RawSpan) {
        var present: Set<Key> = []
        let start = pieces.first.map { Syntax.isAccessUnitDelimiter($0.header) } == true ? 1 : 0
        /// After the last set of each rank or a lower one.
        var places: [(rank: Int, place: Int)] = []
        for (index, piece) in pieces.enumerated() where Syntax.isParameterSet(piece.header) {
            guard let key = Key(bytes.extracting(piece.range)) else { continue }
            present.insert(key)
            places.append((key.rank, index + 1))
        }
        // From the last on, so that the places before stay right; a higher rank's place is never before a lower one's.
        for index in keys.indices.reversed() where !present.contains(keys[index]) {
            let rank = keys[index].rank
            pieces.insert(units[index], at: places.reduce(start) { $1.rank < rank ? max($0, $1.place) : $0 })
        }
    }

    /// The first set of a rank that `fits` wants.
    func first(rank: Int, where fits: (Key, [UInt8]) -> Bool = { _, _ in true }) -> (key: Key, bytes: [UInt8])? {
        for (key, unit) in zip(keys, units) where key.rank == rank {
            let content = Array(bytes[unit.range])
            if fits(key, content) { return (key, content) }
        }
        return nil
    }

    /// The PPS's own identifier comes first, then the SPS's: H.264 7.3.2.2, H.265 7.3.2.3.1.
    func sequenceParameterSetIdentifier(ofPPS unit: [UInt8]) -> UInt32? {
        var reader = BitReader(Array(unit.dropFirst(Syntax.headerSize)))
        guard reader.exponentialGolomb() != nil else { return nil }
        return reader.exponentialGolomb()
    }
}
