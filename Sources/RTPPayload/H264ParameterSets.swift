internal import MediaCore

/// The parameter sets in force, so that they can be sent before each random access point: H.264 7.4.1.2.1.
///
/// In the order in which decoders want them: SPS, SPS extensions, PPS; of each type and identifier the last one seen.
struct H264ParameterSets: Hashable, Sendable {
    /// All sets end to end.
    private(set) var bytes: [UInt8] = []
    /// Their places in `bytes`.
    private(set) var units: [NALUnit] = []
    /// What `units[i]` is.
    private var keys: [Key] = []

    /// More is not kept: a stream's sets have some hundred bytes.
    static let maximumBytes = 65_536

    /// A set replaces the one with the same key.
    struct Key: Hashable, Sendable, Comparable {
        let type: UInt8
        let identifier: UInt32

        static func < (left: Key, right: Key) -> Bool {
            (left.rank, left.identifier) < (right.rank, right.identifier)
        }

        private var rank: Int {
            switch type {
            case NALUnitType.sequenceParameterSet: 0
            case NALUnitType.sequenceParameterSetExtension: 1
            default: 2
            }
        }

        /// Nil if `unit` is no parameter set, or one whose identifier cannot be read.
        init?(_ unit: RawSpan) {
            guard unit.byteCount > 1 else { return nil }
            self.type = unit.byte(0) & 0x1F
            // The identifier is the first field but for an SPS, which has profile_idc, constraint flags and level_idc
            // before (H.264 7.3.2). An emulation prevention byte cannot come so early: the bytes before are not zero.
            let first: Int
            let range: ClosedRange<UInt32>
            switch type {
            case NALUnitType.sequenceParameterSet: (first, range) = (4, 0...31)
            case NALUnitType.sequenceParameterSetExtension: (first, range) = (1, 0...31)
            case NALUnitType.pictureParameterSet: (first, range) = (1, 0...255)
            default: return nil
            }
            guard unit.byteCount > first else { return nil }
            var reader = BitReader((first..<min(first + 5, unit.byteCount)).map { unit.byte($0) })
            guard let identifier = reader.exponentialGolomb(), range.contains(identifier) else { return nil }
            self.identifier = identifier
        }
    }

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
                offset: Int32(bytes.count), length: Int32(unit.byteCount), header: unit.byte(0),
                isStoredParameterSet: true),
            at: index)
        unit.withUnsafeBytes { bytes += $0 }
    }

    private mutating func remove(at index: Int) {
        let removed = units.remove(at: index)
        keys.remove(at: index)
        bytes.removeSubrange(Int(removed.offset)..<Int(removed.offset + removed.length))
        for later in units.indices where units[later].offset > removed.offset { units[later].offset -= removed.length }
    }

    private func isEqual(_ stored: NALUnit, to unit: RawSpan) -> Bool {
        guard Int(stored.length) == unit.byteCount else { return false }
        return unit.withUnsafeBytes { $0.elementsEqual(bytes[Int(stored.offset)..<Int(stored.offset + stored.length)]) }
    }

    /// Puts what the access unit in `pieces` lacks where it belongs: after an access unit delimiter, before everything
    /// else (H.264 7.4.1.2.3), but PPS after the unit's own SPS, since decoders drop the PPS of an SPS that changes.
    func complete(_ pieces: inout [NALUnit], of bytes: RawSpan) {
        var present: Set<Key> = []
        var afterSPS = pieces.first?.type == NALUnitType.accessUnitDelimiter ? 1 : 0
        let start = afterSPS
        for (index, piece) in pieces.enumerated() {
            guard let key = Key(bytes.extracting(Int(piece.offset)..<Int(piece.offset + piece.length))) else {
                continue
            }
            present.insert(key)
            if key.type != NALUnitType.pictureParameterSet { afterSPS = index + 1 }
        }
        let missing = zip(keys, units).filter { !present.contains($0.0) }
        guard !missing.isEmpty else { return }
        let isPPS = { (key: Key) in key.type == NALUnitType.pictureParameterSet }
        pieces.insert(contentsOf: missing.filter { isPPS($0.0) }.map(\.1), at: afterSPS)
        pieces.insert(contentsOf: missing.filter { !isPPS($0.0) }.map(\.1), at: start)
    }

    /// The first SPS and the first PPS that refers to it, which is all that SDP has room for.
    var firstPair: (sps: [UInt8], pps: [UInt8]?)? {
        guard let first = keys.firstIndex(where: { $0.type == NALUnitType.sequenceParameterSet }) else { return nil }
        let pps = keys.indices.filter { keys[$0].type == NALUnitType.pictureParameterSet }
        let fitting = pps.first { sequenceParameterSetIdentifier(ofPPS: content(at: $0)) == keys[first].identifier }
        return (content(at: first), (fitting ?? pps.first).map(content))
    }

    private func content(at index: Int) -> [UInt8] {
        Array(bytes[Int(units[index].offset)..<Int(units[index].offset + units[index].length)])
    }

    /// H.264 7.3.2.2: pic_parameter_set_id, then seq_parameter_set_id.
    private func sequenceParameterSetIdentifier(ofPPS unit: [UInt8]) -> UInt32? {
        var reader = BitReader(Array(unit.dropFirst()))
        guard reader.exponentialGolomb() != nil else { return nil }
        return reader.exponentialGolomb()
    }
}
