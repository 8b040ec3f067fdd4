package import Delivery
package import MediaCore
package import NIOEmbedded
import RTP
import RTPPayload

/// An event loop's furniture for viewers under a manual clock: pacer, pool, embedded loop, transports.
///
/// To be used on the thread that made it.
package final class ViewerStage {
    package let clock: ManualClock
    package let eventLoop = EmbeddedEventLoop()
    package let pool: BufferPool
    package let pacer: Pacer
    package let pacing: PacingLimits
    /// All transports of all viewers, flushed after each run.
    package private(set) var transports: [RecordingTransport] = []
    /// Runs of the pacer.
    package private(set) var wakes = 0
    /// How often the pacer's timer was to be looked at anew.
    package private(set) var schedules = 0

    /// The wall clock at clock zero: 2026-01-01T00:00:00Z.
    package static let wallClock: Int64 = 1_767_225_600_000_000_000
    /// The clock's time when a stage begins.
    package static let begin = MediaTime.seconds(100)

    package init(
        pacing: PacingLimits = PacingLimits(
            quantum: .milliseconds(2), lead: .milliseconds(300), burst: 32, step: 32, startInterval: .milliseconds(300))
    ) {
        clock = ManualClock(now: Self.begin)
        pool = BufferPool()
        self.pacing = pacing
        pacer = Pacer(quantum: pacing.quantum)
    }

    package var now: MediaTime { clock.now }

    package var environment: Viewer.Environment {
        Viewer.Environment(
            eventLoop: eventLoop, pacer: pacer, pool: pool, now: { [clock] in clock.now },
            scheduled: { [unowned self] in schedules += 1 })
    }

    /// A viewer, its cursor, and what its streams have sent.
    package final class Seat {
        package let viewer: Viewer
        /// Of a looped title, one that is not read.
        package let cursor: FakeCursor
        package let transports: [RecordingTransport]
        package let title: FakeTitle
        /// What `play` reported, in order.
        package fileprivate(set) var starts: [Result<Viewer.Start, MediaError>] = []
        /// What `Viewer.ended` was told, once per end.
        package fileprivate(set) var ends: [MediaError?] = []

        /// What `Viewer.levelChanged` was told.
        package fileprivate(set) var levels: [ThinLevel] = []
        /// When `Viewer.takesNothing` was called.
        package fileprivate(set) var givenUp: [MediaTime] = []

        fileprivate init(
            _ viewer: Viewer, _ cursor: FakeCursor, _ transports: [RecordingTransport], _ title: FakeTitle
        ) {
            self.title = title
            self.viewer = viewer
            self.cursor = cursor
            self.transports = transports
        }

        package func play(_ seek: MediaTime? = nil, until end: MediaTime? = nil) {
            viewer.play(seek: seek, end: end) { [unowned self] in starts.append($0) }
        }

        package var lastStart: Viewer.Start? { starts.last.flatMap { try? $0.get() } }
        package var sent: [RecordingTransport.Sent] { transports.flatMap(\.sent) }
    }

    /// Sequence numbers begin shortly before they wrap; RTP clocks have offset zero.
    /// - Parameter silent: tracks that may be set up later; behind all of `tracks`.
    package func seat(
        _ title: FakeTitle, tracks: [Int]? = nil, silent: [Int] = [], interleaved: Bool = false,
        acceptance: RecordingTransport.Acceptance = .atFlush, limits: DemandLimits = .standard, isLooped: Bool = false,
        slow: SlowLimits = SlowLimits()
    ) -> Seat {
        let tracks = tracks ?? title.tracks.indices.map { $0 }
        let transports = tracks.map { track in
            interleaved
                ? RecordingTransport.interleaved(clock, id: UInt8(2 * track), acceptance: acceptance)
                : RecordingTransport.datagram(clock, acceptance: acceptance)
        }
        let layout = PacketLayout(prefix: interleaved ? 4 : 0, maximumPacketSize: 1372)
        let options = CursorOptions(
            tracks: tracks.map { CursorTrack(track: $0, layout: layout, payloadType: UInt8(96 + $0)) })
        let cursor = title.makeFakeCursor(options)
        let streams =
            tracks.indices.map { stream(title, tracks[$0], transports[$0]) }
            + silent.map { ViewerStream(silent: $0, clockRate: title.formats[$0].clockRate) }
        guard let cname = CNAME("stage") else { preconditionFailure("a CNAME of five letters") }
        let viewer = Viewer(
            cursor: isLooped ? LoopedTitle(title).makeCursor(options) : cursor, streams: streams, cname: cname,
            limits: limits, pacing: pacing, slow: slow,
            videoTracks: Set(title.tracks.filter { $0.codec.kind == .video }.map(\.id)),
            wallClock: Self.wallClock, environment: environment)
        let seat = Seat(viewer, cursor, transports, title)
        for transport in transports { attach(transport, to: viewer) }
        viewer.ended = { [unowned seat] in seat.ends.append($0) }
        viewer.levelChanged = { [unowned seat] in seat.levels.append($0) }
        viewer.takesNothing = { [unowned seat, clock] in seat.givenUp.append(clock.now) }
        return seat
    }

    package func seat(looped title: FakeTitle) -> Seat { seat(title, isLooped: true) }

    private func stream(_ title: FakeTitle, _ track: Int, _ transport: RecordingTransport) -> ViewerStream {
        ViewerStream(
            track: track,
            sender: SenderState(
                ssrc: SSRC(0x5100_0000 + UInt32(track)), sequenceNumber: SequenceNumber(65_500),
                clock: RTPClock(
                    clockRate: title.formats[track].clockRate, offset: 0,
                    timeline: DeliveryTimeline(wallClock: Self.wallClock))),
            transport: transport)
    }

    private func attach(_ transport: RecordingTransport, to viewer: Viewer) {
        transport.accepted = { [unowned viewer] line, packets, refused in
            viewer.accepted(line: line, packets: packets, refused: refused)
        }
        adopt(transport)
    }

    /// A transport that is flushed with the others.
    package func adopt(_ transport: RecordingTransport) { transports.append(transport) }

    /// A stream that is set up while `seat` plays.
    package func add(
        _ track: Int, to seat: Seat, interleaved: Bool = false,
        acceptance: RecordingTransport.Acceptance = .atFlush
    ) -> RecordingTransport {
        let transport =
            interleaved
            ? RecordingTransport.interleaved(clock, id: UInt8(2 * track), acceptance: acceptance)
            : RecordingTransport.datagram(clock, acceptance: acceptance)
        attach(transport, to: seat.viewer)
        seat.viewer.add(stream(seat.title, track, transport))
        return transport
    }

    /// Runs what the event loop has been given, and flushes.
    package func settle() {
        eventLoop.run()
        for transport in transports { transport.flush() }
        eventLoop.run()
    }

    /// Jumps from deadline to deadline up to `time`.
    package func run(until time: MediaTime) {
        settle()
        while let wake = pacer.nextWake, wake <= time {
            clock.advance(to: max(now, wake))
            pacer.run(now: now)
            wakes += 1
            settle()
        }
        clock.advance(to: max(now, time))
    }

    package func run(for span: MediaTime) { run(until: now + span) }
}
