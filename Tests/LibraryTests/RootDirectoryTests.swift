import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Paths, links and what lies outside.
@Suite struct RootDirectoryTests {
    /// A tree with everything that a directory can hold.
    private struct Tree {
        let base: URL
        var root: String { base.appendingPathComponent("root").path }

        init() throws {
            base = Fixture.directory.appendingPathComponent("tree-\(UUID().uuidString)")
            let files = FileManager.default
            for directory in ["root/sub/deep", "outside"] {
                try files.createDirectory(at: base.appendingPathComponent(directory), withIntermediateDirectories: true)
            }
            for file in ["root/a.mp4", "root/sub/deep/b.mp4", "outside/secret.mp4", "root/.hidden.mp4"] {
                try Data(file.utf8).write(to: base.appendingPathComponent(file))
            }
            for (link, target) in [
                ("root/inside", "sub/deep/b.mp4"), ("root/absolute", base.path + "/root/a.mp4"),
                ("root/escape", "../outside/secret.mp4"),
                ("root/escapeAbsolute", base.path + "/outside/secret.mp4"), ("root/loop", "loop"),
                ("root/dangling", "nowhere"),
                ("root/sub/up", "../a.mp4"), ("root/directory", "sub"), ("root/etc", "/etc"),
            ] {
                try files.createSymbolicLink(
                    atPath: base.appendingPathComponent(link).path, withDestinationPath: target)
            }
            mkfifo(base.path + "/root/fifo", 0o600)
        }
    }

    private static func content(_ file: OpenFile) -> String {
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = bytes.withUnsafeMutableBytes { file.read(into: $0, at: 0) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// What an open must find; nil: nothing.
    private static let cases: [(path: String, content: String?)] = [
        ("a.mp4", "root/a.mp4"), ("sub/deep/b.mp4", "root/sub/deep/b.mp4"), ("inside", "root/sub/deep/b.mp4"),
        ("absolute", "root/a.mp4"), ("sub/up", "root/a.mp4"), ("directory/deep/b.mp4", "root/sub/deep/b.mp4"),
        ("escape", nil), ("escapeAbsolute", nil), ("loop", nil), ("dangling", nil), ("etc/passwd", nil), ("fifo", nil),
        ("sub", nil),
        ("missing", nil), ("a.mp4/x", nil),
    ]

    @Test(arguments: cases)
    func `opens what lies inside and nothing else`(path: String, content: String?) throws {
        let root = try RootDirectory(path: Tree().root)
        let path = try #require(MediaPath(path.utf8))
        guard let content else {
            #expect(throws: MediaError.notFound) { try root.open(path) }
            return
        }
        #expect(try Self.content(root.open(path).file) == content)
    }

    @Test(arguments: cases)
    func `does the same on a kernel without openat2`(path: String, content: String?) throws {
        let root = try RootDirectory(path: Tree().root)
        let path = try #require(MediaPath(path.utf8))
        func open() throws(MediaError) -> OpenFile { try root.open(path) { _, _ in .failure(ENOSYS) }.file }
        guard let content else {
            #expect(throws: MediaError.notFound) { try open() }
            return
        }
        #expect(try Self.content(open()) == content)
    }

    @Test func `names are bytes`() throws {
        let tree = try Tree()
        let root = try RootDirectory(path: tree.root)
        for name in [Array("new\nline.mp4".utf8), [0xFF, 0xFE, 0x41], Array("a b#?%é🎬".utf8)] as [[UInt8]] {
            let path = Array(tree.root.utf8) + [0x2F] + name
            let descriptor = (path.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
                creat($0.baseAddress!, 0o600)
            }
            #expect(descriptor >= 0)
            close(descriptor)
            _ = try root.open(try #require(MediaPath(name)))
        }
    }

    @Test func `hidden names and traversal are no media paths`() {
        for path in ["../outside/secret.mp4", ".hidden.mp4", "sub/../../outside/secret.mp4", "sub/.hidden", "/", ""] {
            #expect(MediaPath(path.utf8) == nil)
        }
    }

    @Test func `a root that is no directory is refused`() throws {
        let tree = try Tree()
        #expect(throws: MediaError.notFound) { try RootDirectory(path: tree.root + "/a.mp4") }
        #expect(throws: MediaError.notFound) { try RootDirectory(path: tree.root + "/none") }
    }

    @Test(arguments: [(EACCES, MediaError.forbidden), (ENOENT, .notFound), (EXDEV, .notFound), (ELOOP, .notFound)])
    func `errors of the system`(code: Int32, error: MediaError) { #expect(RootDirectory.mediaError(code) == error) }
}
