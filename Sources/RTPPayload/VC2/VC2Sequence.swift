internal import MediaCore

/// What the last sequence header says, SMPTE 2042-1 11: pictures are read by it.
struct VC2Sequence: Hashable, Sendable {
    /// Behind its parse info header; empty before there was one.
    private(set) var header: [UInt8] = []
    /// major_version; 0 if the header is damaged.
    private(set) var version = 0
    /// picture_coding_mode 1: a picture is a field.
    private(set) var codesFields = false

    var isEmpty: Bool { header.isEmpty }

    /// Another header, or the same again.
    mutating func update(_ contents: RawSpan) {
        let isKnown = contents.withUnsafeBytes { $0.elementsEqual(header) }
        guard !isKnown else { return }
        header = contents.withUnsafeBytes { Array($0) }
        var reader = BitReader(header)
        version = reader.interleavedGolomb() ?? 0
        codesFields = Self.codesFields(&reader) ?? false
    }

    /// From the minor version on; nil if the header is cut short.
    private static func codesFields(_ reader: inout BitReader) -> Bool? {
        // Minor version, profile, level, base video format.
        guard reader.numbers(4) != nil else { return nil }
        // Frame size, colour difference format, scan format.
        for count in [2, 1, 1] {
            guard let isCustom = reader.flag(), !isCustom || reader.numbers(count) != nil else { return nil }
        }
        // Frame rate and pixel aspect ratio: an index, and for index 0 two numbers.
        for _ in 0..<2 { guard reader.skipChoice(of: 2) else { return nil } }
        // Clean area.
        guard let hasArea = reader.flag(), !hasArea || reader.numbers(4) != nil, reader.skipChoice(of: 4),
            reader.skipColors()
        else { return nil }
        return reader.interleavedGolomb().map { $0 == 1 }
    }
}

extension BitReader {
    /// An unsigned number as SMPTE 2042-1 A.4.3 writes it: bits of it after zeros, one ends it. Nil also beyond 24 bits.
    mutating func interleavedGolomb() -> Int? {
        var value = 1
        while true {
            guard let ends = flag(), value < 1 << 24 else { return nil }
            if ends { return value - 1 }
            guard let bit = bits(1) else { return nil }
            value = value << 1 | Int(bit)
        }
    }

    /// Skips that many numbers.
    mutating func numbers(_ count: Int) -> Void? {
        for _ in 0..<count { guard interleavedGolomb() != nil else { return nil } }
        return ()
    }

    /// A flag, then an index, then `count` numbers if the index is 0: SMPTE 2042-1 11.4.6, 11.4.7, 11.4.9.
    fileprivate mutating func skipChoice(of count: Int) -> Bool {
        guard let isCustom = flag() else { return false }
        guard isCustom else { return true }
        guard let index = interleavedGolomb() else { return false }
        return index > 0 || numbers(count) != nil
    }

    /// color_spec, SMPTE 2042-1 11.4.10: an index, and for index 0 three flags with an index each.
    fileprivate mutating func skipColors() -> Bool {
        guard let isCustom = flag() else { return false }
        guard isCustom else { return true }
        guard let index = interleavedGolomb() else { return false }
        guard index == 0 else { return true }
        for _ in 0..<3 {
            guard let isCustom = flag(), !isCustom || numbers(1) != nil else { return false }
        }
        return true
    }
}
