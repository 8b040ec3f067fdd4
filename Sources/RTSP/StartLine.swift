/// A message's first line (RFC 2326 6.1, 7.1).
enum StartLine: Hashable, Sendable {
    case request(Method, uri: String, Version)
    case response(Version, StatusCode, reason: String)

    /// Nil if the line is neither. A request's URI may hold spaces: some clients send names raw.
    init?(_ line: ArraySlice<UInt8>) {
        var line = line
        while let last = line.last, last.isLinearSpace { line.removeLast() }
        guard let firstSpace = line.firstIndex(of: 0x20), let lastSpace = line.lastIndex(of: 0x20) else { return nil }
        let first = line[..<firstSpace]
        let afterFirst = line[(firstSpace + 1)...]
        if first.contains(UInt8(ascii: "/")) {
            guard let version = Version(Self.text(first)), let response = Self.response(version, afterFirst) else {
                return nil
            }
            self = response
        } else {
            guard FieldSyntax.isToken(first), firstSpace < lastSpace,
                let version = Version(Self.text(line[(lastSpace + 1)...]))
            else { return nil }
            var target = line[(firstSpace + 1)..<lastSpace]
            while let byte = target.first, byte.isLinearSpace { target.removeFirst() }
            while let byte = target.last, byte.isLinearSpace { target.removeLast() }
            guard !target.isEmpty else { return nil }
            self = .request(Method(Self.text(first)), uri: Self.target(target), version)
        }
    }

    private static func response(_ version: Version, _ rest: ArraySlice<UInt8>) -> StartLine? {
        let digits = rest.prefix(3)
        guard digits.count == 3, digits.allSatisfy(\.isDigit), let code = UInt16(text(digits)), code >= 100 else {
            return nil
        }
        let reason = rest.dropFirst(3)
        guard reason.isEmpty || reason.first == 0x20 else { return nil }
        return .response(version, StatusCode(rawValue: code), reason: HeaderText.decode(reason.dropFirst()))
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The URI as text. In one that is not UTF-8 all bytes beyond ASCII are percent-encoded, so that it still names the
    /// same file.
    private static func target(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var escaped: [UInt8] = []
        for byte in bytes {
            if byte < 0x80 { escaped.append(byte) } else { PercentEncoding.appendEscape(of: byte, to: &escaped) }
        }
        return text(escaped[...])
    }
}
