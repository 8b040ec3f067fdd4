import Foundation
import Glibc
import Testing

/// Everything that plays from the built `sluice` with clients that others wrote. One at a time: the machine is small, and a client that is
/// starved of the processor loses packets by itself.
@Suite("Interop", .serialized)
enum Interop {}

/// Where the tests find things. Every variable is optional.
enum Place {
    private static let environment = ProcessInfo.processInfo.environment

    /// The repository's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The executable under test: `SLUICE_BINARY`, else the one that was built with the tests.
    static var binary: String {
        get throws {
            if let path = environment["SLUICE_BINARY"] { return path }
            let beside = Bundle.module.bundleURL.deletingLastPathComponent().appending(path: "sluice").path
            let candidates = [beside, root.appending(path: ".build/debug/sluice").path]
            guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
                throw Missing("the executable sluice (looked for \(candidates)); build it, or set SLUICE_BINARY")
            }
            return found
        }
    }

    /// Real files: `SLUICE_CORPUS`, else `../shared/corpus` beside the repository.
    static var corpus: URL {
        get throws {
            let url =
                environment["SLUICE_CORPUS"].map { URL(filePath: $0) }
                ?? root.deletingLastPathComponent().appending(path: "shared/corpus")
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw Missing("the corpus at \(url.path); set SLUICE_CORPUS")
            }
            return url
        }
    }

    /// The Python that has `av`, `aiortsp` and `imageio-ffmpeg`: `SLUICE_CLIENTS_PYTHON`, else the Makefile's environment.
    static var clientsPython: String {
        get throws {
            let path =
                environment["SLUICE_CLIENTS_PYTHON"] ?? root.appending(path: ".build/clients-venv/bin/python").path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Missing("the clients' Python at \(path); `make test` installs it, or set SLUICE_CLIENTS_PYTHON")
            }
            return path
        }
    }

    /// Debian's Python: the one that has GStreamer's bindings.
    static let systemPython = "/usr/bin/python3"

    static func script(_ name: String) -> String {
        Bundle.module.bundleURL.appending(path: "Clients/\(name)").path
    }

    /// The results' table is also written here, if set: `SLUICE_INTEROP_REPORT`.
    static let report = environment["SLUICE_INTEROP_REPORT"]
    /// Titles longer than this are left out: `SLUICE_INTEROP_MAX_SECONDS`. For development; unset, all are played whole.
    static let maximumSeconds = environment["SLUICE_INTEROP_MAX_SECONDS"].flatMap(Double.init) ?? .infinity
    /// Every title is played by every client over both transports, not those in MP4, MOV and AVI alone: `SLUICE_INTEROP_TITLES=all`.
    static let playsAll = environment["SLUICE_INTEROP_TITLES"] == "all"
    /// Only titles whose name contains one of these, separated by commas, are played: `SLUICE_INTEROP_ONLY`. For development.
    static let only = environment["SLUICE_INTEROP_ONLY"].map { $0.split(separator: ",").map(String.init) }
    /// Only these clients play and seek, each by its name and transport, separated by commas ("FFmpeg 5.1 tcp,PyAV tcp"):
    /// `SLUICE_INTEROP_CLIENTS`. For development.
    static let clients = environment["SLUICE_INTEROP_CLIENTS"].map { $0.split(separator: ",").map(String.init) }

    /// A directory of this test's own, removed afterwards.
    static func withScratch<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (URL) async throws -> Result
    ) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sluice-interop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body(directory)
    }
}

/// Something that these tests need is not there. They fail then; they never skip themselves.
struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ what: String) { description = "missing: \(what)" }
}
