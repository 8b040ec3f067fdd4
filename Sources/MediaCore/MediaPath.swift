/// A media file's place below the media root, as bytes: file names need not be UTF-8.
///
/// Never empty, never absolute; no component is empty, `.`, `..`, hidden (leading dot) or holds a NUL byte.
package struct MediaPath: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Nil if a component breaks the rules above: such a path names nothing that is served. Empty components (`a//b`, a trailing
    /// or leading slash) are removed.
    package init?(_ path: some Sequence<UInt8>) {
        var result: [UInt8] = []
        for component in Array(path).split(separator: UInt8(ascii: "/")) {
            guard component.first != UInt8(ascii: "."), !component.contains(0) else { return nil }
            if !result.isEmpty { result.append(UInt8(ascii: "/")) }
            result += component
        }
        guard !result.isEmpty else { return nil }
        self.bytes = result
    }
}

extension MediaPath: CustomStringConvertible {
    /// For logs and people: invalid UTF-8 is repaired, control characters are escaped.
    package var description: String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7F {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
