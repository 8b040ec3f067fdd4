import Foundation

/// The first files of a directory, for the lines that `serve` prints at its start.
enum DirectoryListing {
    /// - Returns: paths below `directory`, percent-encoded for a URL; not more than `limit`, in the order of their names.
    static func files(below directory: String, limit: Int) -> (files: [String], hasMore: Bool) {
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        let keys: [URLResourceKey] = [.isRegularFileKey]
        guard
            let walk = FileManager.default.enumerator(
                at: root, includingPropertiesForKeys: keys, options: [.skipsHiddenFiles])
        else { return ([], false) }
        let prefix = root.standardizedFileURL.path.count + 1
        var found: [String] = []
        // A directory of a million files is not walked for a greeting.
        for case let url as URL in walk.prefix(1000) {
            guard (try? url.resourceValues(forKeys: Set(keys)).isRegularFile) == true else { continue }
            found.append(String(url.standardizedFileURL.path.dropFirst(prefix)))
        }
        let shown = found.sorted().prefix(limit)
        return (shown.map(encode), found.count > limit)
    }

    private static func encode(_ path: String) -> String {
        path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    }
}
