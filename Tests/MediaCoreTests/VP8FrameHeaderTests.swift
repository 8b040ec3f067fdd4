import ByteFixtures
import Testing

@testable import MediaCore

@Suite struct VP8FrameHeaderTests {
    private func header(_ frame: VP8TestFrame) -> VP8FrameHeader? { VP8FrameHeader(frame.bytes.span.bytes) }

    @Test func keyOrNot() {
        var frame = VP8TestFrame()
        #expect(header(frame)?.isKey == false && header(frame)?.isShown == true)
        frame.isKey = true
        frame.isShown = false
        #expect(header(frame)?.isKey == true && header(frame)?.isShown == false)
        #expect(header(frame)?.isUnreferenced == false)
    }

    /// A change to `VP8TestFrame` that makes later frames need it.
    struct Trace: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout VP8TestFrame) -> Void
    }

    static let traces = [
        Trace(testDescription: "last") { $0.refreshes.last = true },
        Trace(testDescription: "golden") { $0.refreshes.golden = true },
        Trace(testDescription: "alternate") { $0.refreshes.alternate = true },
        Trace(testDescription: "probabilities") { $0.refreshes.probabilities = true },
        Trace(testDescription: "copy to golden") { $0.copies.golden = 2 },
        Trace(testDescription: "copy to alternate") { $0.copies.alternate = 1 },
        Trace(testDescription: "segment map") { $0.segments = (true, false) },
        Trace(testDescription: "segment data") { $0.segments = (false, true) },
        Trace(testDescription: "filter") { $0.filterUpdate = true },
    ]

    @Test(arguments: traces, [false, true]) func whatLaterFramesNeed(trace: Trace, hasMore: Bool) {
        var frame = VP8TestFrame()
        frame.refreshes.last = false
        if hasMore {
            frame.segments = (false, false)
            frame.filterUpdate = false
            frame.hasQuantizerDifferences = true
        }
        #expect(header(frame)?.isUnreferenced == true)
        trace.apply(&frame)
        #expect(header(frame)?.isUnreferenced == false)
    }

    @Test(arguments: [1, 2, 4, 8], [false, true]) func partitions(count: Int, isKey: Bool) throws {
        var frame = VP8TestFrame()
        frame.isKey = isKey
        frame.segments = (true, true)
        frame.filterUpdate = true
        frame.hasQuantizerDifferences = true
        frame.modes = [UInt8](repeating: 0x55, count: 300)
        frame.partitions = (0..<count).map { [UInt8](repeating: UInt8($0), count: $0 * 150 + 1) }
        let bytes = frame.bytes
        let read = VP8FrameHeader(bytes.span.bytes)
        let header = try #require(read)
        #expect(header.tokenPartitions == count)
        #expect(header.start(ofPartition: 0, in: bytes.span.bytes) == 0)
        for (index, partition) in frame.partitions.enumerated() {
            let found = header.start(ofPartition: index + 1, in: bytes.span.bytes)
            let start = try #require(found)
            #expect(bytes[start...].starts(with: partition))
        }
        #expect(header.start(ofPartition: count + 1, in: bytes.span.bytes) == nil)
    }

    /// Too short; a key frame with half its size; one with another start code.
    @Test(arguments: ["", "11", "1102", "100200 9D012A B00090", "100200 9D012B B0009000"])
    func none(bytes: String) {
        let frame = hex(bytes)
        #expect(VP8FrameHeader(frame.span.bytes) == nil)
    }

    /// Sizes that lead beyond the frame, and noise.
    @Test(arguments: 0..<30) func damaged(seed: UInt64) {
        var random = TestRandom(seed)
        for _ in 0..<50 {
            let bytes = random.bytes(.random(in: 0...40, using: &random))
            guard let header = VP8FrameHeader(bytes.span.bytes) else { continue }
            for index in 0...9 {
                let start = header.start(ofPartition: index, in: bytes.span.bytes)
                #expect(start.map { $0 < bytes.count } ?? true)
            }
        }
    }
}
