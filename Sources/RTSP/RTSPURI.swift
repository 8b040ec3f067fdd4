/// An RTSP URL (RFC 2326 3.2): `rtsp://host:port/path?query`.
///
/// Path and query are kept as sent. `#` is part of the path: RFC 2326 gives fragments no meaning, and clients send file
/// names raw.
package struct RTSPURI: Hashable, Sendable {
    package enum Scheme: String, Hashable, Sendable {
        case rtsp
        case rtsps
        case rtspu
    }

    package var scheme: Scheme
    /// What stands before `@`, as sent: may hold a password, so it is not for logs.
    package var userInfo: String?
    /// A name or an address; an IPv6 address without its brackets. Not empty.
    package var host: String
    /// Nil if not given: 554, or 322 for `rtsps` (RFC 2326 3.2, RFC 7826 22.1).
    package var port: UInt16?
    /// Empty or starting with `/`, percent-encoded as sent.
    package var path: String
    /// After the first `?`, as sent; nil without one.
    package var query: String?
    /// The text before the path, as sent: `rtsp://user@host:port`.
    package let origin: String

    /// Parses an absolute URI. Scheme and host are matched without regard to case.
    package init(parsing text: String) throws(URIError) {
        let utf8 = text.utf8[...]
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")), utf8[colon...].starts(with: "://".utf8) else {
            throw .notAbsolute
        }
        let schemeName = String(decoding: utf8[..<colon].lazy.map(\.asciiLowercased), as: UTF8.self)
        guard let scheme = Scheme(rawValue: schemeName) else { throw .unknownScheme }
        self.scheme = scheme
        let authorityStart = utf8.index(colon, offsetBy: 3)
        let rest = utf8[authorityStart...]
        let authorityEnd = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        (self.userInfo, self.host, self.port) = try Self.authority(rest[..<authorityEnd])
        self.origin = FieldSyntax.string(utf8[..<authorityEnd])
        let target = rest[authorityEnd...]
        if let question = target.firstIndex(of: UInt8(ascii: "?")) {
            self.path = FieldSyntax.string(target[..<question])
            self.query = FieldSyntax.string(target[target.index(after: question)...])
        } else {
            self.path = FieldSyntax.string(target)
            self.query = nil
        }
    }

    /// `[userinfo@]host[:port]`; `host` is a name, an IPv4 address or `[IPv6]` (RFC 3986 3.2).
    private static func authority(_ text: FieldText) throws(URIError) -> (
        userInfo: String?, host: String, port: UInt16?
    ) {
        var userInfo: String?
        var text = text
        if let at = text.lastIndex(of: UInt8(ascii: "@")) {
            userInfo = FieldSyntax.string(text[..<at])
            text = text[text.index(after: at)...]
        }
        let host: FieldText
        let afterHost: FieldText
        if text.first == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { throw .invalidHost }
            host = text[text.index(after: text.startIndex)..<bracket]
            afterHost = text[text.index(after: bracket)...]
            guard host.contains(UInt8(ascii: ":")) else { throw .invalidHost }
        } else {
            let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
            host = text[..<colon]
            afterHost = text[colon...]
        }
        guard !host.isEmpty, host.allSatisfy({ !$0.isControl && $0 != 0x20 && $0 != UInt8(ascii: "[") }) else {
            throw .invalidHost
        }
        guard !afterHost.isEmpty else { return (userInfo, FieldSyntax.string(host), nil) }
        guard afterHost.first == UInt8(ascii: ":") else { throw .invalidHost }
        let digits = afterHost.dropFirst()
        if digits.isEmpty { return (userInfo, FieldSyntax.string(host), nil) }
        guard let port: UInt16 = FieldSyntax.unsigned(digits) else { throw .invalidPort }
        return (userInfo, FieldSyntax.string(host), port)
    }
}

extension RTSPURI: CustomStringConvertible {
    package var description: String { origin + path + (query.map { "?" + $0 } ?? "") }
}

/// Why a request's URI cannot be used. Each is a 400.
package enum URIError: Error, Hashable, Sendable {
    /// A path alone, or no URI at all: RFC 2326 6.1 wants absolute ones.
    case notAbsolute
    case unknownScheme
    case invalidHost
    case invalidPort
    /// The path holds a NUL byte, plain or as `%00`: no file's name does.
    case nulInPath
}
