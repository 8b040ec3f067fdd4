import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct DirectoryWalkTests {
    /// A directory that goes when the test ends.
    private final class Tree {
        let url = Fixture.directory.appendingPathComponent("walk-\(UUID().uuidString)")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        func file(_ path: String) throws {
            let file = url.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(path.utf8).write(to: file)
        }

        func link(_ path: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: url.appendingPathComponent(path).path, withDestinationPath: target)
        }

        var items: Set<DirectoryWalk.Item> {
            get throws {
                var walk = try DirectoryWalk(url.path)
                var items: Set<DirectoryWalk.Item> = []
                while let item = walk.next() { #expect(items.insert(item).inserted) }
                return items
            }
        }
    }

    private static func path(_ text: String) throws -> MediaPath { try #require(MediaPath(text.utf8)) }

    @Test func filesOfAllFoldersAndNothingHidden() throws {
        let tree = try Tree()
        for path in ["a.mp4", "b/c.mp4", "b/d/é #?.mp4", ".hidden.mp4", ".folder/e.mp4", "b/.f"] { try tree.file(path) }
        mkfifo(tree.url.appendingPathComponent("fifo").path, 0o600)
        #expect(
            try tree.items == Set(["a.mp4", "b/c.mp4", "b/d/é #?.mp4"].map { .file(try Self.path($0)) }))
    }

    /// Links are followed to files inside; to folders inside they lead nowhere new.
    @Test func links() throws {
        let tree = try Tree()
        try tree.file("films/a.mp4")
        try tree.link("inside.mp4", to: "films/a.mp4")
        try tree.link("films/up.mp4", to: "../films/a.mp4")
        try tree.link("films/loop", to: "..")
        try tree.link("outside.mp4", to: "/etc/passwd")
        try tree.link("outside", to: "/etc")
        try tree.link("nothing.mp4", to: "gone.mp4")
        try tree.link("self", to: "self")
        let files = ["films/a.mp4", "inside.mp4", "films/up.mp4"]
        let stray = ["outside.mp4", "outside", "nothing.mp4", "self"]
        #expect(
            try tree.items
                == Set(files.map { .file(try Self.path($0)) } + stray.map { .strayLink(try Self.path($0)) }))
    }

    @Test(arguments: [DirectoryWalk.maximumDepth - 1, DirectoryWalk.maximumDepth])
    func depth(_ levels: Int) throws {
        let tree = try Tree()
        let folder = Array(repeating: "d", count: levels).joined(separator: "/")
        try tree.file(folder + "/film.mp4")
        let expected: DirectoryWalk.Item =
            levels < DirectoryWalk.maximumDepth
            ? .file(try Self.path(folder + "/film.mp4"))
            : .closedFolder(try Self.path(folder), "more than \(DirectoryWalk.maximumDepth) levels deep")
        #expect(try tree.items == [expected])
    }

    @Test func theDirectoryIsThere() throws {
        #expect(throws: MediaError.notFound) { _ = try DirectoryWalk("/nowhere") }
        #expect(throws: MediaError.notFound) { _ = try DirectoryWalk("/etc/passwd") }
    }
}
