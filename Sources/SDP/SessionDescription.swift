/// A session description (RFC 8866).
///
/// Fields that RTSP has no use for (`u=`, `e=`, `p=`, `z=`, `k=`, `r=`) are left out when parsing.
package struct SessionDescription: Hashable, Sendable {
    /// `o=`
    package var origin: Origin
    /// `s=`; empty is written as `-` (RFC 8866 5.3).
    package var name: String
    /// `i=`
    package var information: String?
    /// `c=`, for every media description without its own.
    package var connection: ConnectionInformation?
    /// `b=`
    package var bandwidths: [Bandwidth]
    /// `t=`
    package var time: TimeDescription
    /// `a=` of the session
    package var attributes: [Attribute]
    /// `m=`
    package var media: [MediaDescription]

    package init(
        origin: Origin, name: String, information: String? = nil, connection: ConnectionInformation? = nil,
        bandwidths: [Bandwidth] = [], time: TimeDescription = .unbounded, attributes: [Attribute] = [],
        media: [MediaDescription] = []
    ) {
        self.origin = origin
        self.name = name
        self.information = information
        self.connection = connection
        self.bandwidths = bandwidths
        self.time = time
        self.attributes = attributes
        self.media = media
    }

    /// The text, in the line order of RFC 8866 5 and with CRLF. No value can end its line: CR, LF and NUL in it become
    /// spaces.
    package func serialize() -> String {
        var lines = LineWriter()
        lines.add("v", "0")
        lines.add("o", origin.serialize())
        let visibleName = LineWriter.sanitize(name)
        lines.add("s", visibleName.isEmpty ? "-" : visibleName)
        if let information { lines.add("i", information) }
        if let connection { lines.add("c", connection.serialize()) }
        for bandwidth in bandwidths { lines.add("b", bandwidth.serialize()) }
        lines.add("t", time.serialize())
        for attribute in attributes { lines.add("a", attribute.serialize()) }
        for media in media { media.write(to: &lines) }
        return lines.text
    }
}

/// Collects lines of the form `type=value`.
struct LineWriter {
    private(set) var text = ""

    mutating func add(_ type: Character, _ value: String) {
        text.append(type)
        text += "="
        text += Self.sanitize(value)
        text += "\r\n"
    }

    /// RFC 8866 5: a byte-string is anything but NUL, CR and LF.
    static func sanitize(_ value: String) -> String {
        guard value.utf8.contains(where: isForbidden) else { return value }
        return String(decoding: value.utf8.lazy.map { isForbidden($0) ? 0x20 : $0 }, as: UTF8.self)
    }

    private static func isForbidden(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x0A || byte == 0x0D }
}
