import MediaCore
import Testing

@testable import Library

@Suite struct FolderDevicesTests {
    private func path(_ name: String) throws -> MediaPath { try #require(MediaPath(name.utf8)) }

    @Test func `a folder's device is that of its files`() throws {
        var devices = FolderDevices(root: 1, limit: 10)
        try devices.note(2, of: path("a/b/film.mp4"))
        #expect(try devices.device(of: path("a/b/other.mp4")) == 2)
        #expect(try devices.device(of: path("film.mp4")) == 1)
        try devices.note(1, of: path("a/b/third.mp4"))
        #expect(try devices.device(of: path("a/b/film.mp4")) == 1)
    }

    @Test func `a folder of which nothing is known is on no device`() throws {
        var devices = FolderDevices(root: 1, limit: 10)
        #expect(try devices.device(of: path("a/film.mp4")) == IOPool.undeterminedDevice("a".utf8))
        try devices.note(1, of: path("a/b/film.mp4"))
        #expect(try devices.device(of: path("a/film.mp4")) == IOPool.undeterminedDevice("a".utf8))
        #expect(try devices.device(of: path("a/b/c/film.mp4")) == IOPool.undeterminedDevice("a".utf8))
    }

    @Test func `a file in the root may be a link to another device`() throws {
        var devices = FolderDevices(root: 1, limit: 10)
        try devices.note(2, of: path("film.mp4"))
        #expect(try devices.device(of: path("other.mp4")) == 2)
        #expect(try devices.device(of: path("a/other.mp4")) == IOPool.undeterminedDevice("a".utf8))
    }

    @Test func `what is known is bounded`() throws {
        var devices = FolderDevices(root: 1, limit: 3)
        for folder in 0..<3 { try devices.note(2, of: path("\(folder)/film.mp4")) }
        #expect(try devices.device(of: path("0/film.mp4")) == 2)
        try devices.note(3, of: path("3/film.mp4"))
        #expect(try devices.device(of: path("0/film.mp4")) == IOPool.undeterminedDevice("0".utf8))
        #expect(try devices.device(of: path("3/film.mp4")) == 3)
        #expect(try devices.device(of: path("film.mp4")) == 1)
    }
}
