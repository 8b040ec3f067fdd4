package import Foundation

/// Real files, where there are some: the directory that SLUICE_CORPUS names, else `shared/corpus` beside the
/// repository.
package enum Corpus {
    package static let directory: URL? = {
        if let path = ProcessInfo.processInfo.environment["SLUICE_CORPUS"] { return URL(fileURLWithPath: path) }
        // This file lies in Tests/MediaFixtures.
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let sibling = root.deletingLastPathComponent().appendingPathComponent("shared/corpus")
        return FileManager.default.fileExists(atPath: sibling.path) ? sibling : nil
    }()

    /// Paths of all files, sorted; none without a corpus.
    package static let files: [String] = {
        guard let directory, let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path) else {
            return []
        }
        return names.sorted().map { directory.appendingPathComponent($0).path }
    }()
}
