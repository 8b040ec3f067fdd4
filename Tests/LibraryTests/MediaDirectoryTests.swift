import Delivery
import Foundation
import Logging
import MediaCore
import MediaFixtures
import Synchronization
import Testing

@testable import Library

@Suite struct MediaDirectoryTests {
    private let root: URL
    private let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    init() throws {
        root = Fixture.directory.appendingPathComponent("library-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    private func put(_ fixture: Fixture, at name: String) throws {
        let url = root.appendingPathComponent(name)
        try? FileManager.default.removeItem(at: url)
        try FileManager.default.copyItem(atPath: fixture.path, toPath: url.path)
    }

    private func ask(_ library: MediaDirectory, _ path: String) throws -> Result<any MediaTitle, MediaError> {
        let slot = Slot<Result<any MediaTitle, MediaError>>()
        library.title(at: try #require(MediaPath(path.utf8)), completion: slot.fill)
        return try #require(slot.take())
    }

    @Test func `a title is probed once while the file stays`() throws {
        let library = try MediaDirectory(path: root.path, pool: inlinePool, logger: quiet)
        #expect(throws: MediaError.notFound) { try ask(library, "film.mp4").get() }
        try put(.videoOnly, at: "film.mp4")
        let first = try ask(library, "film.mp4").get()
        #expect(try ask(library, "film.mp4").get() === first)
        #expect(first.tracks.count == 1)
    }

    @Test func `all choices of tracks share the title`() throws {
        let library = try MediaDirectory(path: root.path, pool: inlinePool, logger: quiet)
        try put(.plain, at: "film.mp4")
        let whole = try ask(library, "film.mp4").get()
        var query = TitleQuery()
        (query.video, query.audio) = (.only([]), .only([0]))
        let slot = Slot<Result<any MediaTitle, MediaError>>()
        library.title(at: try #require(MediaPath("film.mp4".utf8)), for: query, completion: slot.fill)
        #expect(try #require(slot.take()).get() === whole)
    }

    @Test func `a file that is replaced is seen, and the old one plays on`() throws {
        let library = try MediaDirectory(path: root.path, pool: inlinePool, logger: quiet)
        try put(.videoOnly, at: "film.mp4")
        let old = try #require(try ask(library, "film.mp4").get() as? FileTitle)
        let cursor = old.cursor()
        _ = cursor.readBatch()
        try put(.audioOnly, at: "film.mp4")
        let new = try ask(library, "film.mp4").get()
        #expect(new !== old && new.version != old.version)
        #expect(new.tracks.map(\.codec.codec) == [.aac])
        #expect(cursor.readAll(seek: .zero).units.count == 125)
        try FileManager.default.removeItem(at: root.appendingPathComponent("film.mp4"))
        #expect(throws: MediaError.notFound) { try ask(library, "film.mp4").get() }
    }

    @Test func `a title that nobody holds closes its file and comes back without a probe`() throws {
        let library = try MediaDirectory(path: root.path, pool: inlinePool, logger: quiet)
        try put(.videoOnly, at: "film.mp4")
        weak let title = try ask(library, "film.mp4").get() as? FileTitle
        #expect(title == nil)
        let again = try ask(library, "film.mp4").get()
        #expect(again.tracks.count == 1)
        #expect(try #require(again as? FileTitle).cursor().readAll().units.count == 125)
    }

    @Test func `what cannot be served says why`() throws {
        let library = try MediaDirectory(path: root.path, pool: inlinePool, logger: quiet)
        try "no film".write(to: root.appendingPathComponent("notes.txt"), atomically: true, encoding: .utf8)
        for _ in 0..<2 {
            #expect(throws: MediaError.unsupported("no known media format")) { try ask(library, "notes.txt").get() }
        }
        try put(.coverArt, at: "song.m4a")
        let song = try #require(try ask(library, "song.m4a").get() as? FileTitle)
        #expect(song.description.omitted.map(\.reason) == ["cover art"])
        try put(.timeCode, at: "clip.mov")
        let clip = try #require(try ask(library, "clip.mov").get() as? FileTitle)
        #expect(clip.description.omitted.map(\.reason) == ["time code"])
        try put(.otherCodec, at: "old.mp4")
        let old = try #require(try ask(library, "old.mp4").get() as? FileTitle)
        #expect(old.description.omitted.map(\.reason) == ["no RTP payload format for png"])
    }

    @Test func `many who ask at once share one probe`() throws {
        try put(.plain, at: "film.mp4")
        let submitted = Mutex<[@Sendable () -> Void]>([])
        let pool = IOPool(threads: 64, limit: 64) { work in submitted.withLock { $0.append(work) } }
        let library = try MediaDirectory(path: root.path, pool: pool, logger: quiet)
        // Kept alive, so that identities are not reused.
        let answers = Mutex<[any MediaTitle]>([])
        let path = try #require(MediaPath("film.mp4".utf8))
        for _ in 0..<20 {
            library.title(at: path) { result in
                guard let title = try? result.get() else { return }
                answers.withLock { $0.append(title) }
            }
        }
        let work = submitted.withLock { $0 }
        DispatchQueue.concurrentPerform(iterations: work.count) { work[$0]() }
        #expect(answers.withLock(\.count) == 20)
        #expect(answers.withLock { Set($0.map { ObjectIdentifier($0) }).count } == 1)
    }

    @Test func `the pool's limit is an answer`() throws {
        let pool = IOPool(threads: 2, limit: 1) { _ in }
        let library = try MediaDirectory(path: root.path, pool: pool, logger: quiet)
        let slot = Slot<Result<any MediaTitle, MediaError>>()
        let path = try #require(MediaPath("film.mp4".utf8))
        library.title(at: path, completion: slot.fill)
        #expect(slot.take() == nil)
        library.title(at: path, completion: slot.fill)
        #expect(throws: MediaError.overloaded("1 files are being opened")) { try slot.take()?.get() }
    }
}
