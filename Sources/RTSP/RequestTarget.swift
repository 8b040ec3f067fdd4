/// What a request is about (RFC 2326 6.1).
package enum RequestTarget: Hashable, Sendable {
    /// `*`: the server itself.
    case server
    case presentation(PresentationURI)

    /// Parses ``Request/uri``.
    package init(parsing text: String) throws(URIError) {
        self = text == "*" ? .server : .presentation(try PresentationURI(parsing: text))
    }
}
