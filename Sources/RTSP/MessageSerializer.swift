/// Writes the parts of a message so that text from elsewhere (a URI, a file name, a reason) cannot end its line and
/// start a header of its own (CWE-113).
enum MessageSerializer {
    /// Method and header names: every byte that is no token byte (RFC 2326 15.1) becomes `_`.
    static func appendToken(_ token: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: token.utf8.lazy.map { $0.isTokenByte ? $0 : UInt8(ascii: "_") })
    }

    /// Header values and reason phrases: control characters other than tab become spaces.
    static func appendText(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.utf8.lazy.map { $0.isControl && $0 != 0x09 ? 0x20 : $0 })
    }

    /// A request's target: control characters and spaces are percent-encoded.
    static func appendTarget(_ uri: String, to bytes: inout [UInt8]) {
        for byte in uri.utf8 {
            if byte.isControl || byte == 0x20 {
                PercentEncoding.appendEscape(of: byte, to: &bytes)
            } else {
                bytes.append(byte)
            }
        }
    }

    /// The end of the start line, headers with `Content-Length` (RFC 2326 12.14; only if there is a body), blank line,
    /// body.
    static func appendRest(headers: Headers, body: [UInt8], to bytes: inout [UInt8]) {
        appendLineEnd(to: &bytes)
        for field in headers.fields where !FieldSyntax.equal(field.name, HeaderName.contentLength) {
            appendField(field.name, field.value, to: &bytes)
        }
        if !body.isEmpty { appendField(HeaderName.contentLength, String(body.count), to: &bytes) }
        appendLineEnd(to: &bytes)
        bytes.append(contentsOf: body)
    }

    private static func appendField(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        appendToken(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        appendText(value, to: &bytes)
        appendLineEnd(to: &bytes)
    }

    private static func appendLineEnd(to bytes: inout [UInt8]) {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }
}
