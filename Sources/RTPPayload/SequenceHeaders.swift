/// The headers without which a decoder cannot begin, so that they can be sent before each random access point that
/// lacks them: MPEG-4 Part 2's visual object sequence to video object layer, MPEG-1's and MPEG-2's sequence header with
/// its extensions.
struct SequenceHeaders: Hashable, Sendable {
    /// Which bytes are headers of a sequence.
    enum Syntax: Hashable, Sendable {
        /// ISO/IEC 14496-2 6.2.2 and 6.2.3.
        case mpeg4Visual
        /// ISO/IEC 11172-2 2.4.2.3, ISO/IEC 13818-2 6.2.2.
        case mpegVideo
    }

    let syntax: Syntax
    /// From the first start code to the last byte before pictures; empty if they are not known.
    private(set) var bytes: [UInt8] = []

    /// More is not kept: headers have some hundred bytes.
    static let maximumBytes = 4096

    /// - Parameters:
    ///   - configuration: as in `CodecDescription`.
    ///   - firstUnit: taken if `configuration` has no headers.
    init(_ syntax: Syntax, configuration: [UInt8], firstUnit: [UInt8]) {
        self.syntax = syntax
        for source in [configuration, firstUnit] where bytes.isEmpty { update(source.span.bytes) }
    }

    /// Takes over the headers in `unit`, if it has any and they fit.
    mutating func update(_ unit: RawSpan) {
        guard let section = section(of: unit), section.count <= Self.maximumBytes else { return }
        let isKnown = unit.withUnsafeBytes { $0[section].elementsEqual(bytes) }
        if !isKnown { bytes = unit.withUnsafeBytes { Array($0[section]) } }
    }

    /// Whether headers are known and `unit` has none.
    func areMissing(in unit: RawSpan) -> Bool { !bytes.isEmpty && section(of: unit) == nil }

    /// The headers before a unit's first picture; nil if there are none that a decoder could begin with.
    private func section(of unit: RawSpan) -> Range<Int>? {
        var first: Int?
        var isComplete = false
        var search = 0
        while let code = unit.startCodeEnd(from: search), code < unit.byteCount {
            if isPicture(unit.byte(code)) {
                return isComplete ? (first ?? 0)..<code - 3 : nil
            }
            first = first ?? code - 3
            if isEssential(unit.byte(code)) { isComplete = true }
            search = code
        }
        guard isComplete, let first else { return nil }
        return first..<unit.byteCount
    }

    /// What ends the section: a picture, or a header before it that is not the sequence's.
    private func isPicture(_ code: UInt8) -> Bool {
        switch syntax {
        // visual_object_sequence_end_code, group_of_vop, vop (ISO/IEC 14496-2 table 6-3).
        case .mpeg4Visual: code == 0xB1 || code == 0xB3 || code == 0xB6
        // picture, slices, sequence_end, group (ISO/IEC 13818-2 table 6-1).
        case .mpegVideo: code <= 0xAF || code == 0xB7 || code == 0xB8
        }
    }

    private func isEssential(_ code: UInt8) -> Bool {
        switch syntax {
        // video_object_layer_start_code
        case .mpeg4Visual: (0x20...0x2F).contains(code)
        // sequence_header_code
        case .mpegVideo: code == 0xB3
        }
    }
}
