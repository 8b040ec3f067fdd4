import MediaCore
import TestSupport
import Testing

@testable import Delivery

/// Levels by lateness, and which units each leaves out.
@Suite struct ThinningTests {
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }
    private var limits: SlowLimits {
        var limits = SlowLimits()
        limits.mode = .thin
        return limits
    }

    @Test(
        "thinner past each limit",
        arguments: [
            (749, .everything), (750, .everything), (751, .referenced), (1500, .referenced), (1501, .keyFrames),
            (3000, .keyFrames), (3001, .noVideo),
        ] as [(Int64, ThinLevel)])
    func thinner(_ late: Int64, _ level: ThinLevel) {
        var thinning = Thinning()
        thinning.update(lateness: ms(late), now: ms(0), limits: limits)
        #expect(thinning.level == level)
    }

    @Test("thicker one by one, each after it has kept up for a second; not while it is a third of the limit late")
    func thicker() {
        var thinning = Thinning()
        thinning.update(lateness: ms(4000), now: ms(0), limits: limits)
        var changes: [Int64] = []
        for now in stride(from: Int64(10), through: 6000, by: 10) {
            let level = thinning.level
            // Caught up at 1 s, again late at 1.5 s for a moment.
            let isLate = now < 1000 || now == 1500
            thinning.update(lateness: ms(isLate ? 250 : 249), now: ms(now), limits: limits)
            if thinning.level != level { changes.append(now) }
        }
        #expect(changes == [2510, 3510, 4510])
        #expect(thinning.level == .everything)
    }

    /// Of two groups, the places at which units leave on a level that changes at places.
    private func sent(_ title: FakeTitle, _ levels: [(from: Int, level: ThinLevel)]) -> (
        sent: [Int], video: ThinnedVideo
    ) {
        var video = ThinnedVideo()
        let units = title.units.filter { $0.unit.track == 0 }.map(\.unit)
        let sent = units.indices.filter { index in
            let level = levels.last { $0.from <= index }?.level ?? .everything
            return video.drops(units[index], at: level, limits: limits) == nil
        }
        return (sent, video)
    }

    @Test("each level's units, exactly")
    func levels() {
        let film = FakeTitle.groups(seconds: 2)
        #expect(sent(film, []).sent == Array(0..<50))
        let referenced = (0..<25).filter { $0 == 0 || $0 % 2 == 1 }
        #expect(sent(film, [(0, .referenced)]).sent == referenced + referenced.map { $0 + 25 })
        #expect(sent(film, [(0, .keyFrames)]).sent == [0, 25])
        #expect(sent(film, [(0, .noVideo)]).sent == [])
    }

    @Test("nothing goes on but with a key frame once something that others refer to was left out")
    func goesOn() {
        let film = FakeTitle.groups(seconds: 3)
        // Place 1 is a P.
        #expect(sent(film, [(1, .keyFrames), (2, .everything)]).sent == [0] + (25..<75))
        #expect(
            sent(film, [(0, .noVideo), (1, .referenced)]).sent == (25..<75).filter { $0 % 25 == 0 || $0 % 25 % 2 == 1 })
        // Place 2 is a B: nobody has missed anything.
        #expect(sent(film, [(2, .keyFrames), (3, .everything)]).sent == [0, 1] + (3..<75))
        #expect(sent(film, [(25, .keyFrames), (26, .everything)]).sent == Array(0..<75))
    }

    @Test("of an open group, what is presented before the key frame refers to the group before")
    func openGroups() {
        let film = FakeTitle.groups(seconds: 3, isOpen: true)
        #expect(sent(film, []).sent == Array(0..<75))
        #expect(sent(film, [(2, .keyFrames), (3, .everything)]).sent == [0, 1, 25] + (27..<75))
        // Nothing is missing of the group before.
        #expect(
            sent(film, [(3, .referenced), (26, .everything)]).sent == [0, 1]
                + (2...25).filter { $0 == 25 || $0 % 2 == 0 } + (26..<75))
    }

    @Test("of key frames alone, so many a second; all go again on a thicker level")
    func onlyKeyFrames() {
        let film = FakeTitle(units: (0..<100).map { FakeUnit.video($0, packets: 2, isKey: true) })
        // 500 ms are 12.5 frames.
        #expect(sent(film, [(0, .keyFrames)]).sent == [0, 13, 26, 39, 52, 65, 78, 91])
        #expect(sent(film, [(0, .keyFrames), (20, .referenced)]).sent == [0, 13] + (20..<100))
    }

    @Test("what is left out is counted by level")
    func counters() {
        var counters = ThinCounters()
        for level in [ThinLevel.referenced, .keyFrames, .keyFrames, .noVideo, .noVideo, .noVideo] {
            counters.dropped(at: level)
        }
        for level in [ThinLevel.referenced, .noVideo, .keyFrames] { counters.changed(to: level) }
        #expect([counters.unreferenced, counters.betweenKeyFrames, counters.video, counters.units] == [1, 2, 3, 6])
        #expect((counters.level, counters.thinnest) == (.keyFrames, .noVideo))
        #expect(counters.changes == 3)
    }
}
