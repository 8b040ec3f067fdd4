internal import MediaCore

/// What AV1's temporal units say of their frames: AV1 Bitstream & Decoding Process Specification 5.5 and 5.9.
struct AV1Frames: Hashable, Sendable {
    /// Of the sequence header seen last, in the container's record or in a unit.
    private(set) var sequence: AV1SequenceHeader?

    /// - Parameter configuration: an `av1C` record (AV1 in ISO BMFF 2.3.3), bare OBUs, or nothing.
    init(configuration: [UInt8]) {
        let isRecord = configuration.count >= 4 && configuration[0] == 0x81
        update(configuration.span.bytes.extracting(droppingFirst: isRecord ? 4 : 0))
    }

    /// Takes over the sequence header in `unit`, if there is one.
    mutating func update(_ unit: RawSpan) { sequence = Self.sequence(in: unit) ?? sequence }

    private static func sequence(in unit: RawSpan) -> AV1SequenceHeader? {
        var offset = 0
        while let obu = AV1OBU(unit, at: offset) {
            if obu.kind == .sequenceHeader { return AV1SequenceHeader(unit.extracting(obu.payload)) }
            offset = obu.payload.upperBound
        }
        return nil
    }

    /// Whether the unit's first frame is a key frame that is shown; nil if it has none.
    func beginsWithKey(_ unit: RawSpan) -> Bool? {
        var isStill = sequence?.isStill ?? false
        var offset = 0
        while let obu = AV1OBU(unit, at: offset) {
            let payload = unit.extracting(obu.payload)
            switch obu.kind {
            case .sequenceHeader: isStill = AV1SequenceHeader(payload)?.isStill ?? isStill
            case .frame, .frameHeader:
                guard payload.byteCount > 0 else { return nil }
                // show_existing_frame = 0, frame_type = KEY_FRAME (2 bits), show_frame = 1
                return isStill || payload.byte(0) >> 4 == 0b0001
            default: break
            }
            offset = obu.payload.upperBound
        }
        return nil
    }
}
