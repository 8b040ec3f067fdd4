/// A request (RFC 2326 6).
package struct Request: Hashable, Sendable {
    package var method: Method
    /// The request's target as sent: an absolute URI or `*`. Bytes that are not UTF-8 appear percent-encoded.
    package var uri: String
    package var version: Version
    package var headers: Headers
    package var body: [UInt8]

    package init(
        method: Method, uri: String, version: Version = .rtsp10, headers: Headers = Headers(), body: [UInt8] = []
    ) {
        self.method = method
        self.uri = uri
        self.version = version
        self.headers = headers
        self.body = body
    }

    /// About how many bytes it takes to keep: those of its texts and its body.
    package var retainedBytes: Int {
        headers.fields.reduce(uri.utf8.count + body.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }

    /// Appends the wire form. `Content-Length` is that of `body`, whatever the headers say. No field can break out of
    /// its line: see ``MessageSerializer``.
    package func serialize(into bytes: inout [UInt8]) {
        MessageSerializer.appendToken(method.name, to: &bytes)
        bytes.append(0x20)
        MessageSerializer.appendTarget(uri, to: &bytes)
        bytes.append(0x20)
        MessageSerializer.appendText(version.description, to: &bytes)
        MessageSerializer.appendRest(headers: headers, body: body, to: &bytes)
    }

    package func serialize() -> [UInt8] {
        var bytes: [UInt8] = []
        serialize(into: &bytes)
        return bytes
    }
}
