// RFC 2326 C.1.1: the control attribute and its base.

/// Control URLs of a presentation and its streams.
package enum ControlURL {
    /// The URL that an `a=control` attribute means.
    ///
    /// Joined the way that servers expect, which agrees with RFC 3986 5.2 whenever `base` ends in `/`: the text is
    /// appended, after a `/` if there is none; also after a query (`...?loop/trackID=0`), as FFmpeg and VLC do.
    /// - Parameters:
    ///   - control: the attribute's value; nil and `*` mean the base itself.
    ///   - base: Content-Base, else Content-Location, else the URL of the DESCRIBE (C.1.1).
    package static func resolve(_ control: String?, base: String) -> String {
        guard let control, control != "*", !control.isEmpty else { return base }
        if isAbsolute(control) { return control }
        if control.utf8.first == UInt8(ascii: "/") { return origin(of: base) + control }
        return base.utf8.last == UInt8(ascii: "/") ? base + control : base + "/" + control
    }

    /// Whether `text` starts with `scheme://`.
    private static func isAbsolute(_ text: String) -> Bool {
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") }
        return !scheme.isEmpty && text.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
    }

    /// `scheme://authority` of an absolute URL.
    private static func origin(of url: String) -> Substring {
        var slashes = 0
        let end = url.utf8.firstIndex { byte in
            if byte == UInt8(ascii: "/") { slashes += 1 }
            return slashes == 3
        }
        return url[..<(end ?? url.endIndex)]
    }
}
