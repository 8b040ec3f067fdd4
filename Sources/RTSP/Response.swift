/// A response (RFC 2326 7).
package struct Response: Hashable, Sendable {
    package var version: Version
    package var status: StatusCode
    /// The reason phrase; nil means the one of ``StatusCode/reasonPhrase``.
    package var reason: String?
    package var headers: Headers
    package var body: [UInt8]

    package init(
        status: StatusCode, reason: String? = nil, version: Version = .rtsp10, headers: Headers = Headers(),
        body: [UInt8] = []
    ) {
        self.version = version
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    /// Appends the wire form. `Content-Length` is that of `body`, whatever the headers say. No field can break out of
    /// its line: see ``MessageSerializer``.
    package func serialize(into bytes: inout [UInt8]) {
        MessageSerializer.appendText(version.description, to: &bytes)
        bytes.append(0x20)
        MessageSerializer.appendText(String(status.rawValue), to: &bytes)
        bytes.append(0x20)
        MessageSerializer.appendText(reason ?? status.reasonPhrase, to: &bytes)
        MessageSerializer.appendRest(headers: headers, body: body, to: &bytes)
    }

    package func serialize() -> [UInt8] {
        var bytes: [UInt8] = []
        serialize(into: &bytes)
        return bytes
    }
}
