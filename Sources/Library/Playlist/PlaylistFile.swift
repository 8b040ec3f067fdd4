package import MediaCore

// M3U has no standard; RFC 8216 4.1 describes the lines of its descendant: a URI, a blank, or one that begins with `#`. Read as players write
// it: paths, percent-encoded or not, lines that end in LF or CR LF, perhaps with a byte order mark.

/// A playlist file's lines.
package struct PlaylistFile: Hashable, Sendable {
    /// A line that names an entry.
    package struct Entry: Hashable, Sendable {
        /// As it is written.
        package let path: MediaPath
        /// With its percent-encoding undone, if it has any: meant if there is no file by the name as it is written.
        package let decoded: MediaPath?
    }

    /// A line that names nothing which may be played, from 1 on, and why.
    package struct Refusal: Hashable, Sendable {
        package let line: Int
        package let reason: String
    }

    package private(set) var entries: [Entry] = []
    package private(set) var refusals: [Refusal] = []
    /// There are more entries than the limit.
    package private(set) var isCut = false

    /// Files of a folder with such names are no entries of it.
    static func isPlaylist(_ name: some Collection<UInt8>) -> Bool {
        let lowercased = String(decoding: name, as: UTF8.self).lowercased()
        return lowercased.hasSuffix(".m3u") || lowercased.hasSuffix(".m3u8")
    }

    /// - Parameters:
    ///   - folder: the playlist's, below the media root; empty for the root itself. Relative entries are meant from there.
    ///   - limit: of entries, and of refusals.
    package init(parsing bytes: [UInt8], folder: [UInt8], limit: Int) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
        for (index, line) in Self.lines(text).enumerated() {
            let name = Self.trimmed(line)
            guard let first = name.first, first != UInt8(ascii: "#") else { continue }
            guard entries.count < limit, refusals.count < limit else {
                isCut = true
                return
            }
            switch Self.resolve(name, folder) {
            case .success(let path):
                let decoded = Self.decoded(name).flatMap { try? Self.resolve($0[...], folder).get() }
                entries.append(Entry(path: path, decoded: decoded == path ? nil : decoded))
            case .failure(let refusal): refusals.append(Refusal(line: index + 1, reason: refusal.reason))
            }
        }
    }

    private struct Unresolvable: Error {
        let reason: String
    }

    /// LF, CR LF, or CR alone.
    private static func lines(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count == 1 else { return lines }
        return text.split(separator: UInt8(ascii: "\r"), omittingEmptySubsequences: false)
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let blanks: [UInt8] = [0x20, 0x09, 0x0D]
        var line = line.drop { blanks.contains($0) }
        while let last = line.last, blanks.contains(last) { line.removeLast() }
        return line
    }

    private static func resolve(
        _ name: ArraySlice<UInt8>, _ folder: [UInt8]
    ) -> Result<MediaPath, Unresolvable> {
        if hasScheme(name) { return .failure(Unresolvable(reason: "a URL, and only files are played")) }
        let slash = UInt8(ascii: "/")
        var components = name.first == slash ? [] : folder.split(separator: slash)
        for component in name.split(separator: slash) {
            switch component {
            case [UInt8(ascii: ".")]: continue
            case [UInt8(ascii: "."), UInt8(ascii: ".")]:
                guard components.popLast() != nil else {
                    return .failure(Unresolvable(reason: "outside the media root"))
                }
            default: components.append(component)
            }
        }
        guard let path = MediaPath(components.joined(separator: [slash])) else {
            return .failure(Unresolvable(reason: "hidden, or no name of a file"))
        }
        return .success(path)
    }

    /// RFC 3986 3.1, followed by `://`.
    private static func hasScheme(_ name: ArraySlice<UInt8>) -> Bool {
        guard let colon = name.firstIndex(of: UInt8(ascii: ":")), colon > name.startIndex,
            name[colon...].starts(with: "://".utf8)
        else { return false }
        let marks = Array("+-.".utf8)
        return name[..<colon].allSatisfy { byte in
            UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || marks.contains(byte)
        }
    }

    /// RFC 3986 2.1. Nil if nothing is encoded, or something is not encoded rightly.
    private static func decoded(_ name: ArraySlice<UInt8>) -> [UInt8]? {
        guard name.contains(UInt8(ascii: "%")) else { return nil }
        var result: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard rest.count >= 2,
                !rest.prefix(2).contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            result.append(value)
            rest = rest.dropFirst(2)
        }
        return result
    }
}
