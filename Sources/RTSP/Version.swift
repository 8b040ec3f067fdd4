/// The protocol version of a start line: `RTSP/1.0` (RFC 2326 3.1).
///
/// Any well-formed version is kept, so that the caller can answer 505 to `RTSP/3.0` and recognise `GET / HTTP/1.1` on
/// the RTSP port.
package struct Version: Hashable, Sendable {
    /// `RTSP`, `HTTP` or what was sent, in upper case.
    package var protocolName: String
    package var major: UInt8
    package var minor: UInt8

    package static let rtsp10 = Version(protocolName: "RTSP", major: 1, minor: 0)
    package static let rtsp20 = Version(protocolName: "RTSP", major: 2, minor: 0)

    package init(protocolName: String, major: UInt8, minor: UInt8) {
        self.protocolName = protocolName
        self.major = major
        self.minor = minor
    }

    /// Parses `NAME/major.minor`; the name is letters, each number 0...255. Nil for anything else.
    package init?(_ text: String) {
        self.init(text.utf8[...])
    }

    init?(_ text: FieldText) {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")), slash != text.startIndex else { return nil }
        let name = text[..<slash]
        let number = text[text.index(after: slash)...]
        guard name.allSatisfy({ $0.isASCIILetter }), let dot = number.firstIndex(of: UInt8(ascii: ".")),
            let major: UInt8 = FieldSyntax.unsigned(number[..<dot]),
            let minor: UInt8 = FieldSyntax.unsigned(number[number.index(after: dot)...])
        else { return nil }
        let protocolName = String(decoding: name.lazy.map { $0 & 0xDF }, as: UTF8.self)
        self.init(protocolName: protocolName, major: major, minor: minor)
    }

    /// Whether this is some version of RTSP. What follows a message of another protocol is not parsed.
    package var isRTSP: Bool { protocolName == "RTSP" }
}

extension Version: CustomStringConvertible {
    package var description: String { "\(protocolName)/\(major).\(minor)" }
}
