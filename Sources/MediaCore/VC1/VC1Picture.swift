/// The type of a frame of SMPTE 421M, and of a pair of fields that of the first.
package struct VC1Picture: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// BI is B that refers to nothing.
        case i, p, b, bi
        /// The frame before is shown again: it takes the place of a P.
        case skipped
    }

    package var kind: Kind
    /// Fields for which it is shown; 2, more for pulldown.
    package private(set) var shownFields = 2

    /// Nil if the header is cut short.
    /// - Parameter frame: the beginning of the frame layer, behind the start code if there is one; 16 bytes are enough.
    package init?(_ frame: [UInt8], in sequence: VC1Sequence) {
        switch sequence.profile {
        case .simple, .main:
            guard let kind = Self.kind(frame, sequence) else { return nil }
            self.kind = kind
        case .advanced:
            var reader = BitReader(VC1Sequence.withoutEscapes(frame))
            guard let kind = Self.kind(&reader, isInterlaced: sequence.isInterlaced) else { return nil }
            self.kind = kind
            shownFields = Self.shownFields(&reader, sequence) ?? 2
        }
    }

    /// Simple and main profile, SMPTE 421M 7.1: INTERPFRM | FRMCNT 2 | RANGEREDFRM | PTYPE; a frame of one byte is skipped.
    private static func kind(_ frame: [UInt8], _ sequence: VC1Sequence) -> Kind? {
        guard frame.count > 1 else { return .skipped }
        var reader = BitReader(frame)
        guard reader.skip((sequence.hasInterpolation ? 1 : 0) + 2 + (sequence.hasRangeReduction ? 1 : 0)),
            let isP = reader.flag()
        else { return nil }
        if isP { return .p }
        // Without B-pictures the second bit is not there.
        guard sequence.mayHaveB else { return .i }
        return reader.flag().map { $0 ? .i : .b }
    }

    /// Advanced profile: FCM, then FPTYPE of two fields (9.1.1.42) or PTYPE (7.1.1.4, table 35).
    private static func kind(_ reader: inout BitReader, isInterlaced: Bool) -> Kind? {
        if isInterlaced {
            guard let isCodedInterlaced = reader.flag() else { return nil }
            if isCodedInterlaced {
                guard let isFields = reader.flag() else { return nil }
                if isFields { return reader.bits(3).map { [.i, .i, .p, .p, .b, .b, .bi, .bi][Int($0)] } }
            }
        }
        for kind in [Kind.p, .b, .i, .bi] {
            guard let goesOn = reader.flag() else { return nil }
            if !goesOn { return kind }
        }
        return .skipped
    }

    /// TFCNTR, then RPTFRM of a progressive frame, TFF and RFF of another: 7.1.1.9 to 7.1.1.19.
    private static func shownFields(_ reader: inout BitReader, _ sequence: VC1Sequence) -> Int? {
        guard sequence.hasPulldown, !sequence.hasFrameCounter || reader.skip(8) else { return nil }
        guard sequence.isInterlaced, !sequence.isSegmented else {
            return reader.bits(2).map { 2 + 2 * Int($0) }
        }
        guard reader.skip(1) else { return nil }
        return reader.flag().map { $0 ? 3 : 2 }
    }
}
