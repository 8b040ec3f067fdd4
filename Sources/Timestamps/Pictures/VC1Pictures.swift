internal import MediaCore

/// SMPTE 421M: the types of pictures, and what their sequence says of time.
struct VC1Pictures: Sendable {
    private var order = AnchorOrder()
    /// Nil until there was a sequence header.
    private var sequence: VC1Sequence?
    /// A frame where there are B-pictures. Simple and main profile say whether there may be, the advanced one does not.
    private(set) var reorderDepth: Int?
    var frameDuration: TimeBase? { sequence?.frameDuration }

    /// - Parameter codec: `.vc1` or `.wmv3`.
    init(_ codec: CodecDescription) {
        sequence = VC1Unit.sequence(of: codec)
        if let sequence, sequence.profile != .advanced { reorderDepth = sequence.mayHaveB ? 1 : 0 }
    }

    mutating func reset() { order.reset() }

    /// A frame that is skipped repeats the one before and stands where a P stands.
    mutating func picture(in bytes: RawSpan) -> Picture? {
        let unit = VC1Unit(bytes, in: sequence)
        sequence = unit.sequence
        guard let picture = unit.picture else { return nil }
        let isB = picture.kind == .b || picture.kind == .bi
        if isB { reorderDepth = 1 }
        return Picture(rank: order.rank(isB: isB), shownFields: picture.shownFields)
    }
}

/// What is read of an access unit.
struct VC1Unit {
    /// The last one before the frame.
    private(set) var sequence: VC1Sequence?
    /// Nil if the unit has none, or there was no sequence header.
    private(set) var picture: VC1Picture?

    /// A picture's header, behind its start code.
    private static let pictureBytes = 16
    private static let sequenceBytes = 64

    private init() {}

    /// - Parameter sequence: the last one.
    init(_ bytes: RawSpan, in sequence: VC1Sequence?) {
        self.sequence = sequence
        if let sequence, sequence.profile != .advanced {
            picture = VC1Picture(bytes.copy(from: 0, limit: Self.pictureBytes), in: sequence)
            return
        }
        // Some containers leave a frame's own start code out.
        let frame = Self.beginsWithStartCode(bytes) ? readHeaders(bytes) : 0
        guard let frame, let sequence = self.sequence else { return }
        picture = VC1Picture(bytes.copy(from: frame, limit: Self.pictureBytes), in: sequence)
    }

    /// Of `.vc1` and `.wmv3`, as the container has it.
    static func sequence(of codec: CodecDescription) -> VC1Sequence? {
        guard codec.codec == .vc1 else { return VC1Sequence(structC: codec.configuration) }
        // In ASF a byte lies before the headers.
        var headers = VC1Unit()
        _ = headers.readHeaders(codec.configuration.span.bytes)
        return headers.sequence
    }

    /// Where the frame begins, behind its start code.
    private mutating func readHeaders(_ bytes: RawSpan) -> Int? {
        var next = bytes.startCodeEnd(from: 0)
        while let code = next {
            switch bytes.byte(code) {
            case VC1StartCode.sequenceHeader:
                let header = bytes.copy(from: code + 1, limit: Self.sequenceBytes)
                sequence = VC1Sequence(sequenceHeader: header) ?? sequence
            case VC1StartCode.frame: return code + 1
            default: break
            }
            next = bytes.startCodeEnd(from: code)
        }
        return nil
    }

    private static func beginsWithStartCode(_ bytes: RawSpan) -> Bool {
        var zeros = 0
        while zeros < bytes.byteCount, bytes.byte(zeros) == 0 { zeros += 1 }
        return zeros >= 2 && zeros < bytes.byteCount && bytes.byte(zeros) == 1
    }

}
