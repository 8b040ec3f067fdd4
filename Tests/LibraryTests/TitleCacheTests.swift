import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct TitleCacheTests {
    private let title: FileTitle
    private let path = TitleCache.Key(path: MediaPath("a".utf8)!)

    init() throws { title = try openTitle(Fixture.videoOnly.path) }

    private static func name(_ action: TitleCache.Action) -> String {
        switch action {
        case .answer: "answer"
        case .make: "make"
        case .refuse: "refuse"
        case .wait: "wait"
        case .probe: "probe"
        }
    }

    private func ask(_ cache: inout TitleCache, _ path: TitleCache.Key) -> String {
        Self.name(cache.ask(for: path, title.identity) { _ in })
    }

    @Test func `one probes, the others wait, later ones know`() {
        var cache = TitleCache(limit: 2)
        #expect(ask(&cache, path) == "probe")
        #expect(ask(&cache, path) == "wait")
        #expect(ask(&cache, path) == "wait")
        #expect(cache.finish(path, title.identity, .success(title.description)).count == 3)
        #expect(ask(&cache, path) == "make")
        #expect(cache.adopt(title, at: path) === title)
        #expect(ask(&cache, path) == "answer")
    }

    @Test func `refusals are remembered, failures are not`() {
        var cache = TitleCache(limit: 2)
        #expect(ask(&cache, path) == "probe")
        _ = cache.finish(path, title.identity, .failure(.unreadable("disk")))
        #expect(ask(&cache, path) == "probe")
        _ = cache.finish(path, title.identity, .failure(.unsupported("text")))
        #expect(ask(&cache, path) == "refuse")
    }

    @Test func `the least recently asked for is forgotten`() {
        var cache = TitleCache(limit: 2)
        let paths = ["a", "b", "c"].map { TitleCache.Key(path: MediaPath($0.utf8)!) }
        for path in paths.prefix(2) {
            _ = ask(&cache, path)
            _ = cache.finish(path, title.identity, .success(title.description))
        }
        #expect(ask(&cache, paths[0]) == "make")
        _ = ask(&cache, paths[2])
        _ = cache.finish(paths[2], title.identity, .success(title.description))
        #expect(cache.count == 2)
        #expect(ask(&cache, paths[0]) == "make")
        #expect(ask(&cache, paths[1]) == "probe")
    }

    @Test func `one file is known in each representation by itself`() {
        var cache = TitleCache(limit: 2)
        var query = TitleQuery()
        query.asTransportStream = true
        let whole = TitleCache.Key(path: path.path, query)
        query.native = true
        #expect(TitleCache.Key(path: path.path, query).representation == .transportStream)
        query.asTransportStream = false
        #expect(TitleCache.Key(path: path.path, query).representation == .nativeTracks)
        #expect(ask(&cache, path) == "probe")
        #expect(ask(&cache, whole) == "probe")
        _ = cache.finish(whole, title.identity, .failure(.unsupported("no MPEG transport stream")))
        _ = cache.finish(path, title.identity, .success(title.description))
        #expect(ask(&cache, whole) == "refuse" && ask(&cache, path) == "make")
    }
}
