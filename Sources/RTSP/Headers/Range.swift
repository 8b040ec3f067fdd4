// RFC 2326 12.29: "Range" ":" ranges-specifier [ ";" "time" "=" utc-time ]

/// What to play, or what is played.
package struct RangeHeader: TypedHeader {
    package static let name = HeaderName.range

    package enum Specifier: Hashable, Sendable {
        case npt(NPTRange)
        /// `smpte`, `smpte-25`, `clock` or an unknown unit, in lower case, with its text: 457 if the presentation has
        /// no such time line.
        case other(unit: String, String)
    }

    package var specifier: Specifier
    /// When to start (`;time=19970123T143720Z`), as sent.
    package var time: String?

    package init(_ specifier: Specifier, time: String? = nil) {
        self.specifier = specifier
        self.time = time
    }

    package init(npt: NPTRange) { self.init(.npt(npt)) }

    /// Throws for an npt range that breaks the grammar or does not fit in nanoseconds; other units are not looked into.
    /// 457 fits both.
    package init(parsing value: String) throws(HeaderError) {
        var pieces = FieldSyntax.list(value.utf8[...], separator: UInt8(ascii: ";"))
        guard !pieces.isEmpty else { throw HeaderError(header: Self.name, reason: "empty") }
        let (unit, range) = FieldSyntax.parameter(pieces.removeFirst())
        guard FieldSyntax.isToken(unit), let range else {
            throw HeaderError(header: Self.name, reason: "no unit=range")
        }
        if FieldSyntax.equal(unit, "npt") {
            guard let npt = NPTRange(range) else { throw HeaderError(header: Self.name, reason: "malformed npt range") }
            self.specifier = .npt(npt)
        } else {
            let name = String(decoding: unit.lazy.map(\.asciiLowercased), as: UTF8.self)
            self.specifier = .other(unit: name, FieldSyntax.string(range))
        }
        self.time = nil
        for piece in pieces {
            let (name, value) = FieldSyntax.parameter(piece)
            if FieldSyntax.equal(name, "time"), let value { self.time = FieldSyntax.unquote(value) }
        }
    }

    package func serialize() -> String {
        let range =
            switch specifier {
            case .npt(let npt): "npt=" + npt.serialize()
            case .other(let unit, let text): "\(unit)=\(text)"
            }
        return range + (time.map { ";time=" + $0 } ?? "")
    }
}

/// An `npt-range` (RFC 2326 3.6). Whether the start lies before the end is for the caller: a negative Scale turns them
/// around.
package struct NPTRange: Hashable, Sendable {
    package enum Position: Hashable, Sendable {
        /// The live edge, or where a paused presentation stands.
        case now
        /// Nanoseconds of normal play time; not negative.
        case time(nanoseconds: Int64)
    }

    /// Nil: not given (`-20`), so from the current position.
    package var start: Position?
    /// Nil: not given (`10-`), so to the end.
    package var end: Position?

    package init(start: Position?, end: Position? = nil) {
        self.start = start
        self.end = end
    }

    /// From `start` to `end` nanoseconds, or to the end of the presentation.
    package init(start: Int64, end: Int64? = nil) {
        self.init(start: .time(nanoseconds: start), end: end.map { .time(nanoseconds: $0) })
    }

    /// `start-`, `start-end`, `-end`; `start` alone is taken as `start-`. Nil for anything else.
    init?(_ text: FieldText) {
        let dash = text.firstIndex(of: UInt8(ascii: "-"))
        let startText = FieldSyntax.trim(text[..<(dash ?? text.endIndex)])
        let endText = dash.map { FieldSyntax.trim(text[text.index(after: $0)...]) } ?? text[text.endIndex...]
        guard !startText.isEmpty || !endText.isEmpty else { return nil }
        self.start = nil
        self.end = nil
        if !startText.isEmpty {
            guard let start = Self.position(startText) else { return nil }
            self.start = start
        }
        if !endText.isEmpty {
            guard let end = Self.position(endText) else { return nil }
            self.end = end
        }
    }

    package func serialize() -> String { Self.text(start) + "-" + Self.text(end) }

    private static func position(_ text: FieldText) -> Position? {
        if FieldSyntax.equal(text, "now") { return .now }
        return NormalPlayTime.parse(text).map { .time(nanoseconds: $0) }
    }

    private static func text(_ position: Position?) -> String {
        switch position {
        case nil: ""
        case .now: "now"
        case .time(let nanoseconds): NormalPlayTime.format(nanoseconds)
        }
    }
}
