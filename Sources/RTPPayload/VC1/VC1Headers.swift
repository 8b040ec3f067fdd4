internal import MediaCore

/// The headers of the advanced profile without which a decoder cannot begin, each with its start code.
struct VC1Headers: Hashable, Sendable {
    private(set) var sequence: [UInt8] = []
    /// Entry-point header.
    private(set) var entryPoint: [UInt8] = []

    /// Headers have some ten bytes; more is not kept.
    static let maximumBytes = 1024

    /// Takes over the headers that are in `bytes` before the first frame.
    mutating func update(_ bytes: RawSpan) {
        let found = VC1UnitHeaders(bytes)
        Self.take(bytes, found.sequence, into: &sequence)
        Self.take(bytes, found.entryPoint, into: &entryPoint)
    }

    private static func take(_ bytes: RawSpan, _ range: Range<Int>?, into header: inout [UInt8]) {
        guard let range, range.count <= maximumBytes else { return }
        let isKnown = bytes.withUnsafeBytes { $0[range].elementsEqual(header) }
        if !isKnown { header = bytes.withUnsafeBytes { Array($0[range]) } }
    }

    /// What the sequence header says; nil if there is none of the advanced profile.
    var parsed: VC1Sequence? { VC1Sequence(sequenceHeader: Array(sequence.dropFirst(4).prefix(64))) }
}

/// Where the headers of an access unit are; user data behind one belongs to it.
struct VC1UnitHeaders {
    private(set) var sequence: Range<Int>?
    private(set) var entryPoint: Range<Int>?

    init(_ bytes: RawSpan) {
        var next = bytes.startCodeEnd(from: 0)
        // Of the header that `next` is in.
        var open: (code: UInt8, start: Int)?
        while let code = next, code < bytes.byteCount {
            let value = bytes.byte(code)
            let isHeader = value == VC1StartCode.sequenceHeader || value == VC1StartCode.entryPoint
            let isPicture = value <= VC1StartCode.frame
            if isHeader || isPicture { close(&open, at: code - 3) }
            if isPicture { return }
            if isHeader { open = (value, code - 3) }
            next = bytes.startCodeEnd(from: code)
        }
        close(&open, at: bytes.byteCount)
    }

    private mutating func close(_ open: inout (code: UInt8, start: Int)?, at end: Int) {
        guard let header = open else { return }
        open = nil
        switch header.code {
        case VC1StartCode.sequenceHeader: sequence = sequence ?? header.start..<end
        default: entryPoint = entryPoint ?? header.start..<end
        }
    }
}
