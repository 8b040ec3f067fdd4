import MediaCore
import TestSupport
import Testing

@testable import Delivery

/// Tracks whose units come now and then: text, metadata.
@Suite struct SparseTracksTests {
    private let film = FakeTitle.film(seconds: 20, audioLag: .seconds(10))

    /// `DemandSplitTests.skewed` shows that the same split if the other track speaks all the time.
    @Test func `a track that has nothing to say neither reads nor splits`() {
        let rig = QueueRig(film, sparse: [1])
        rig.fillSplitting()
        #expect(!rig.queue.isSplit && rig.queue.counters.splits == 0)
        #expect(rig.queue.lines[1].waiting.isEmpty)
        #expect(rig.queue.lines[0].unsentTime >= DemandLimits.standard.lowTime)
        #expect(rig.queue.unsentBytes < DemandLimits.standard.lowBytes)
        #expect(rig.queue.demand() == nil)
    }

    @Test func `alone it is read`() {
        var queue = DemandQueue(tracks: [0], sparse: [0], limits: .standard)
        #expect(queue.demand() != nil)
    }
}
