import MediaCore
import NIOCore
import RTP
import RTPPayload
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// What a viewer asks of its cursor.
@Suite struct ReadRequestTests {
    /// Writes into each request's buffer while the viewer still waits for `read` to return, as a thread that is quicker would.
    private final class WritingCursor: MediaCursor {
        /// Whether each buffer stayed where it was.
        let inPlace = Mutex<[Bool]>([])

        func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
            let before = Self.address(request.buffer)
            request.buffer.writeInteger(UInt8(1))
            let after = Self.address(request.buffer)
            inPlace.withLock { $0.append(before == after) }
            var batch = Batch(buffer: request.buffer)
            batch.isEnd = true
            completion(batch)
        }

        private static func address(_ buffer: borrowing ByteBuffer) -> UInt {
            buffer.withVeryUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        }

        func split() -> [Int: any MediaCursor] { [:] }
        func close() {}
    }

    @Test("nobody else holds a request's buffer: a batch is written into it in place")
    func inPlace() throws {
        let stage = ViewerStage()
        let (cursor, title) = (WritingCursor(), FakeTitle.film(seconds: 1))
        let viewer = Viewer(
            cursor: cursor, streams: [ViewerStream(silent: 0, clockRate: title.formats[0].clockRate)],
            cname: try #require(CNAME("test")), limits: .standard, pacing: .standard, wallClock: 0,
            environment: stage.environment)
        for _ in 0..<3 {
            viewer.play(seek: .zero, end: nil) { _ in }
            stage.settle()
        }
        #expect(cursor.inPlace.withLock { $0 } == [true, true, true])
        viewer.close()
    }

    @Test("units that are read again come one by one, for some were sent; from the next PLAY on they may share packets")
    func aggregation() {
        let stage = ViewerStage()
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let seat = stage.seat(title, tracks: [0], silent: [1])
        seat.play()
        stage.run(for: .milliseconds(1230))
        #expect(!seat.cursor.log.mayAggregate.contains(false))
        let both = title.makeFakeCursor(
            CursorOptions(
                tracks: [0, 1].map {
                    CursorTrack(
                        track: $0, layout: PacketLayout(prefix: 0, maximumPacketSize: 1372),
                        payloadType: UInt8(96 + $0))
                }))
        _ = stage.add(1, to: seat)
        seat.viewer.replace(cursor: both, tracks: [0, 1])
        _ = seat.viewer.join()
        stage.run(for: .seconds(2))
        #expect(both.log.reads > 1)
        #expect(!both.log.mayAggregate.contains(true))
        let reads = both.log.reads
        seat.play(.seconds(5))
        stage.run(for: .seconds(1))
        #expect(both.log.reads > reads)
        #expect(!both.log.mayAggregate.dropFirst(reads).contains(false))
    }
}
