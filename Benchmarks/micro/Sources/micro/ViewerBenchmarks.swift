import Delivery
import MediaCore
import NIOCore
import RTP
import RTPPayload

/// All that happens on an event loop for a viewer but the kernel's part: the pacer wakes it, packets are stamped and handed over, accepted,
/// and the next batch is demanded. Time jumps from wake to wake.
enum ViewerBenchmarks {
    static let all = [viewers(1_000, isInterleaved: false), viewers(1_000, isInterleaved: true)]

    /// Two batches for each viewer in one sample.
    private static func viewers(_ count: Int, isInterleaved: Bool) -> Benchmark {
        Benchmark("viewer/film over \(isInterleaved ? "TCP" : "UDP"), of \(count)", per: "packet") {
            let stage = try Stage(viewers: count, isInterleaved: isInterleaved)
            // Past the start, which spreads the first frame.
            stage.run(for: .seconds(1))
            return {
                let (packets, bytes) = (stage.sent.packets, stage.sent.bytes)
                let end = stage.now + .milliseconds(480)
                let sample = Sample.of(1) { stage.run(until: end) }
                return Sample(
                    operations: stage.sent.packets - packets, bytes: stage.sent.bytes - bytes,
                    nanoseconds: sample.nanoseconds, allocations: sample.allocations)
            }
        }
    }
}

/// One event loop's furniture and its viewers.
private final class Stage {
    private(set) var now = MediaTime.seconds(100)
    private let eventLoop = QueueingLoop()
    private let pacer = Pacer(quantum: PacingLimits.standard.quantum)
    private let pool = BufferPool(maximumFreeBytes: 1 << 30)
    private var viewers: [Viewer] = []
    private var transports: [KernelTransport] = []
    let sent = Sent()

    init(viewers count: Int, isInterleaved: Bool) throws {
        let film = try FilmBatch(prefix: isInterleaved ? 4 : 0)
        for index in 0..<count {
            // Viewers come at any time.
            now += .microseconds(Int64(1_000_000 / count))
            run(until: now)
            try addViewer(index, film, isInterleaved: isInterleaved)
        }
    }

    private func addViewer(_ index: Int, _ film: FilmBatch, isInterleaved: Bool) throws {
        guard let cname = CNAME("micro") else { throw BenchmarkError("no CNAME") }
        var own: [KernelTransport] = []
        let streams = FilmBatch.tracks.map { track in
            let transport = KernelTransport(interleavedID: isInterleaved ? UInt8(2 * track) : nil, sent)
            own.append(transport)
            return ViewerStream(
                track: track,
                sender: SenderState(
                    ssrc: SSRC(UInt32(2 * index + track)), sequenceNumber: SequenceNumber(0),
                    clock: RTPClock(
                        clockRate: FilmBatch.clockRates[track], offset: 0, timeline: DeliveryTimeline(wallClock: 0))),
                transport: transport)
        }
        let viewer = Viewer(
            cursor: FilmCursor(film), streams: streams, cname: cname, limits: .standard, pacing: .standard,
            wallClock: 0,
            environment: Viewer.Environment(
                eventLoop: eventLoop, pacer: pacer, pool: pool, now: { [unowned self] in now }, scheduled: {}))
        for transport in own { transport.viewer = viewer }
        viewers.append(viewer)
        transports += own
        viewer.play(seek: nil, end: nil) { _ in }
        eventLoop.run()
    }

    func run(for span: MediaTime) { run(until: now + span) }

    func run(until time: MediaTime) {
        while let wake = pacer.nextWake, wake <= time {
            now = max(now, wake)
            pacer.run(now: now)
            flush()
            eventLoop.run()
        }
        now = max(now, time)
    }

    /// The loop's one flush for all that were woken.
    private func flush() {
        for transport in sent.waiting { transport.flush() }
        sent.waiting.removeAll(keepingCapacity: true)
    }
}

/// What all transports of a loop share.
private final class Sent {
    var packets = 0
    var bytes = 0
    /// Transports that have something to flush.
    var waiting: [KernelTransport] = []
}

/// A kernel that takes everything at each flush.
private final class KernelTransport: PacketTransport {
    let interleavedID: UInt8?
    var isPaced: Bool { interleavedID == nil }
    var isFull: Bool { false }
    /// SAFETY: the stage holds both, and nothing calls a transport when the stage is gone.
    unowned(unsafe) var viewer: Viewer?
    private let sent: Sent
    private var line = 0
    private var packets = 0

    init(interleavedID: UInt8?, _ sent: Sent) {
        self.interleavedID = interleavedID
        self.sent = sent
    }

    func send(_ departure: DemandQueue.Departure) {
        if packets == 0 { sent.waiting.append(self) }
        packets += departure.packets
        sent.bytes += (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
        line = departure.line
    }

    func send(control packet: [UInt8]) {}

    func flush() {
        sent.packets += packets
        let taken = packets
        packets = 0
        viewer?.accepted(line: line, packets: taken)
    }
}

/// A film without end: each read brings the same units, later. No file is read, and the packets' payloads are what the buffer had in it.
private final class FilmCursor: MediaCursor {
    private let film: FilmBatch
    // SAFETY: used on the one thread of the benchmark.
    nonisolated(unsafe) private var batches: Int64 = 0

    init(_ film: FilmBatch) { self.film = film }

    func read(_ request: ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        var batch = Batch(buffer: request.buffer)
        let bytes = film.batch.buffer.writerIndex
        batch.buffer.reserveCapacity(bytes)
        batch.buffer.moveWriterIndex(to: bytes)
        let shift = MediaTime(nanoseconds: batches * FilmBatch.duration.nanoseconds)
        batch.runs = film.batch.runs
        batch.trains = film.batch.trains.map { train in
            var train = train
            train.unit.decodeTime += shift
            train.unit.presentationTime += shift
            return train
        }
        if batches == 0 { batch.start = .zero }
        batches += 1
        completion(batch)
    }

    func split() -> [Int: any MediaCursor] { preconditionFailure("the film is interleaved well") }

    func close() {}
}
