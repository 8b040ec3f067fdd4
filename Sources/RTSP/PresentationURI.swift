/// A request's URI taken apart into presentation and track: the reverse of ``controlURI(track:)``, whatever way the
/// client joined the `a=control` attribute to its base.
///
/// | sent | path | query | track |
/// |---|---|---|---|
/// | `rtsp://h/dir/film.mp4` and `.../film.mp4/` | `dir/film.mp4` | | |
/// | `rtsp://h/dir/film.mp4/trackID=1` | `dir/film.mp4` | | 1 |
/// | `rtsp://h/film.mp4?loop` and `.../film.mp4/?loop/` | `film.mp4` | `loop` | |
/// | `rtsp://h/film.mp4?loop/trackID=1` (appended as text: FFmpeg, VLC) | `film.mp4` | `loop` | 1 |
/// | `rtsp://h/film.mp4/trackID=1?loop` (as the attribute says: its own query) | `film.mp4` | `loop` | 1 |
/// | `rtsp://h/film.mp4?loop/trackID=1?loop` (the same, appended to the request's URI) | `film.mp4` | `loop` | 1 |
///
/// So a last component of the form `trackID=1` always means a track.
package struct PresentationURI: Hashable, Sendable {
    /// The decoded path's bytes without the slashes at its ends; not validated in any other way: an encoded `/` or `..`
    /// appears decoded. No NUL byte. Empty for the server's root.
    package let path: [UInt8]
    /// As sent, without a `/` at its end; nil if empty.
    package let query: String?
    /// The track's id; nil for the whole presentation.
    package let track: Int?
    /// The presentation's URI as this client spelt it: the request's without its track component.
    package let base: String

    /// The last component of a track's control URI, before its number.
    private static let trackPrefix: StaticString = "trackid="

    package init(parsing text: String) throws(URIError) { try self.init(RTSPURI(parsing: text)) }

    package init(_ uri: RTSPURI) throws(URIError) {
        var (path, pathTrack) = Self.splitTrack(uri.path)
        var (query, queryTrack) = uri.query.map(Self.splitQuery) ?? (nil, nil)
        self.track = queryTrack ?? pathTrack
        // A component is taken away from one place only.
        if queryTrack != nil { path = uri.path }
        self.base = uri.origin + path + (query.map { "?" + $0 } ?? "")
        if let text = query, text.utf8.last == UInt8(ascii: "/") { query = String(Substring(text.utf8.dropLast())) }
        if query?.isEmpty == true { query = nil }
        self.query = query
        var bytes = PercentEncoding.decode(path.utf8)[...]
        guard !bytes.contains(0) else { throw .nulInPath }
        while bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        self.path = Array(bytes)
    }

    /// `base` so that control attributes can be joined to it by RFC 3986 5.2 (GStreamer) as well as by appending text (FFmpeg, VLC): it has no
    /// query, which the one would drop and the other would append to, and ends in `/`. For Content-Base (RFC 2326 12.11).
    package var contentBase: String {
        let path = base.utf8.prefix { $0 != UInt8(ascii: "?") }
        return FieldSyntax.string(path) + (path.last == UInt8(ascii: "/") ? "" : "/")
    }

    /// The URI of a track, joined to ``contentBase``; parsed again it gives this path, query and the track.
    package func controlURI(track: Int) -> String { contentBase + Self.control(track: track, query: query) }

    /// A track's `a=control` attribute (RFC 2326 C.1.1), relative to Content-Base.
    /// - Parameter query: of the presentation: the attribute brings it along.
    /// - Precondition: `track` is from 0 to 999,999,999.
    package static func control(track: Int, query: String? = nil) -> String {
        precondition((0...999_999_999).contains(track))
        return "trackID=\(track)" + (query.map { "?" + $0 } ?? "")
    }

    /// As `splitTrack`, of a query; what follows the track is the query again.
    private static func splitQuery(_ text: String) -> (rest: String, track: Int?) {
        let whole = splitTrack(text)
        guard whole.track == nil, let question = text.utf8.lastIndex(of: UInt8(ascii: "?")) else { return whole }
        let (rest, track) = splitTrack(FieldSyntax.string(text.utf8[..<question]))
        return track == nil ? whole : (rest, track)
    }

    /// Takes a last component `trackID=N` away, with the slash before it and one after it. Its case does not matter,
    /// and `=` may be encoded.
    private static func splitTrack(_ text: String) -> (rest: String, track: Int?) {
        var utf8 = text.utf8[...]
        if utf8.last == UInt8(ascii: "/") { utf8.removeLast() }
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return (text, nil) }
        let component = String(decoding: PercentEncoding.decode(utf8[utf8.index(after: slash)...]), as: UTF8.self).utf8[
            ...]
        let digits = component.dropFirst(trackPrefix.utf8CodeUnitCount)
        guard FieldSyntax.equal(component.dropLast(digits.count), trackPrefix), digits.count <= 9,
            let track: UInt = FieldSyntax.unsigned(digits)
        else { return (text, nil) }
        return (FieldSyntax.string(utf8[..<slash]), Int(track))
    }
}
