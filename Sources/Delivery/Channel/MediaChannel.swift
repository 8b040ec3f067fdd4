package import MediaCore
package import NIOCore
package import RTP
import RTPPayload

/// A shared channel, one timeline for many viewers: DESIGN's tide. (`Channel` is a connection to SwiftNIO.)
///
/// A channel has one producer, a `Viewer` like that of any private session with a cursor, a DemandQueue and a pacer's law of its own; so what
/// nobody has seen yet is bounded by the queue's limits, whoever watches. What the producer sends, once, with the channel's own SSRCs, sequence
/// numbers and timestamps, goes to every loop that has viewers (`ChannelOutlet`), and there to each of them. Nothing comes back: no viewer can
/// slow the producer. It reads only as long as somebody watches.
///
/// Belongs to its home loop; not thread-safe.
package final class MediaChannel {
    package let name: String
    package let title: any MediaTitle
    package let limits: ChannelLimits
    package let cname: CNAME
    private let stopsClockUnwatched: Bool
    private let environment: Viewer.Environment
    private let producer: Viewer
    private let transports: [ProducerTransport]
    private var tide: Tide
    private var subscribers: [Subscriber] = []
    private var state = State.idle
    /// What was sent since the last publication.
    private var fresh: [ChannelRun] = []
    private var reports: [(line: Int, bytes: [UInt8])] = []
    private var willPublish = false
    /// Where the programme stands while nobody watches.
    private var rest: (position: MediaTime, since: MediaTime)?

    private enum State {
        /// Nobody watches, or what was watched is over.
        case idle
        case starting
        case running
        /// Another has its place; sessions of this one may still be there.
        case closed
    }

    private struct Subscriber {
        let outlet: NIOLoopBound<ChannelOutlet>
        let eventLoop: any EventLoop
        let subscription: UInt64
    }

    /// What happens to a channel, for the log.
    package enum Event {
        case began(MediaTime)
        case unwatched(DeliveryCounters)
        case over(MediaError?)
    }
    package var happened: ((Event) -> Void)?
    /// As of `Viewer.unitsSkipped`.
    package var unitsSkipped: ((_ count: Int, _ reason: String) -> Void)? {
        get { producer.unitsSkipped }
        set { producer.unitsSkipped = newValue }
    }

    /// - Parameters:
    ///   - tracks: how each of the title's tracks is sent, without room for framing.
    ///   - senders: of each track: SSRC, first sequence number and clock.
    ///   - environment: of the home loop.
    package init(
        _ configuration: ChannelConfiguration, title: any MediaTitle, tracks: [CursorTrack], senders: [SenderState],
        cname: CNAME, demand: DemandLimits, pacing: PacingLimits, wallClock: Int64, environment: Viewer.Environment
    ) {
        precondition(tracks.map(\.track) == title.tracks.map(\.id) && tracks.allSatisfy { $0.layout.prefix == 0 })
        name = configuration.name
        limits = configuration.limits
        stopsClockUnwatched = configuration.stopsClockUnwatched
        self.title = title
        self.cname = cname
        self.environment = environment
        let transports = senders.indices.map { ProducerTransport(line: $0) }
        self.transports = transports
        tide = Tide(lines: tracks.count, limits: configuration.limits, quantum: pacing.quantum)
        producer = Viewer(
            cursor: title.makeCursor(CursorOptions(tracks: tracks)),
            streams: senders.indices.map {
                ViewerStream(track: tracks[$0].track, sender: senders[$0], transport: transports[$0])
            }, cname: cname, limits: demand, pacing: pacing.forMany(gather: configuration.limits.gather),
            sparseTracks: Set(title.tracks.filter { [.subtitle, .data].contains($0.codec.kind) }.map(\.id)),
            wallClock: wallClock, environment: environment)
        for transport in transports { transport.channel = self }
        producer.ended = { [unowned self] failure in end(.over(failure)) }
    }

    /// What the producer has read and sent.
    package var counters: DeliveryCounters { producer.counters }
    package var subscriberCount: Int { subscribers.count }

    // MARK: Who watches

    /// A loop's first viewer has come. It is told all that is in the window, then what follows.
    package func subscribe(_ outlet: NIOLoopBound<ChannelOutlet>, on eventLoop: any EventLoop, subscription: UInt64) {
        publish()
        let subscriber = Subscriber(outlet: outlet, eventLoop: eventLoop, subscription: subscription)
        var publication = ChannelPublication(subscription: subscription, senders: senders)
        if case .closed = state {
            publication.end = .failed(.notFound)
            return tell(subscriber, publication)
        }
        subscribers.append(subscriber)
        publication.runs = tide.runs
        tell(subscriber, publication)
        if case .idle = state { begin() }
    }

    /// A loop's last viewer has left, or paused. With the last loop's the reads stop.
    package func unsubscribe(subscription: UInt64, on eventLoop: any EventLoop) {
        let count = subscribers.count
        subscribers.removeAll { $0.subscription == subscription && $0.eventLoop === eventLoop }
        guard subscribers.isEmpty, count > 0 else { return }
        stop()
    }

    private func begin() {
        state = .starting
        var target: MediaTime?
        if let rest, title.isSeekable {
            target = stopsClockUnwatched ? rest.position : rest.position + (environment.now() - rest.since)
        }
        rest = nil
        producer.play(seek: target, end: nil) { [unowned self] result in
            guard case .starting = state else { return }
            switch result {
            case .success(let start):
                state = .running
                happened?(.began(start.position))
            case .failure(let error):
                end(.failed(error))
            }
        }
    }

    private func stop() {
        // What nobody will hear of any more was sent all the same: the producer's count of it must not stay.
        publish()
        switch state {
        case .idle, .closed: break
        case .starting, .running:
            rest = (producer.position, environment.now())
            state = .idle
            producer.pause()
            happened?(.unwatched(producer.counters))
        }
        forget()
    }

    /// What comes next does not follow what was sent.
    private func forget() {
        tide.clear()
        fresh = []
        reports = []
    }

    private func end(_ end: ChannelPublication.End) {
        if case .closed = state { return }
        state = .idle
        rest = nil
        publish(end)
        forget()
        switch end {
        case .over(let failure): happened?(.over(failure))
        case .failed(let error): happened?(.over(error))
        }
        subscribers = []
    }

    /// The channel is no more.
    package func close() {
        end(.over(nil))
        state = .closed
        happened = nil
        producer.close()
    }

    // MARK: What is sent

    private var senders: [SenderState] { producer.streams.map(\.sender) }

    fileprivate func sent(_ departure: DemandQueue.Departure, ordinal: Int64) {
        fresh.append(ChannelRun(departure, ordinal: ordinal, time: environment.now()))
        publishSoon()
    }

    fileprivate func sent(report bytes: [UInt8], line: Int) {
        reports.append((line, bytes))
        publishSoon()
    }

    /// When the producer has sent what is due in this quantum.
    private func publishSoon() {
        guard !willPublish else { return }
        willPublish = true
        let bound = NIOLoopBound(self, eventLoop: environment.eventLoop)
        environment.eventLoop.execute {
            bound.value.willPublish = false
            bound.value.publish()
        }
    }

    private func publish(_ end: ChannelPublication.End? = nil) {
        guard !fresh.isEmpty || !reports.isEmpty || end != nil else { return }
        for run in fresh { tide.append(run) }
        tide.trim()
        var publication = ChannelPublication(subscription: 0, senders: senders)
        (publication.runs, publication.reports, publication.end) = (fresh, reports, end)
        let sent = fresh
        (fresh, reports) = ([], [])
        for subscriber in subscribers { tell(subscriber, publication) }
        // To the producer, what everybody may have is in the kernel.
        for run in sent { producer.accepted(line: run.line, packets: run.packets) }
    }

    private func tell(_ subscriber: Subscriber, _ publication: ChannelPublication) {
        var publication = publication
        publication.subscription = subscriber.subscription
        subscriber.eventLoop.execute { [publication] in subscriber.outlet.value.receive(publication) }
    }
}

/// Where the producer's packets go: to the channel, which is never full. Spread like datagrams, which is what most of them become.
private final class ProducerTransport: PacketTransport {
    private let line: Int
    /// SAFETY: set once, by the channel that owns the producer and, with it, this transport; both live and end on its loop.
    unowned(unsafe) var channel: MediaChannel?
    private var ordinal: Int64 = 0

    init(line: Int) { self.line = line }

    var interleavedID: UInt8? { nil }
    var isPaced: Bool { true }
    var isFull: Bool { false }

    func send(_ departure: DemandQueue.Departure) {
        channel?.sent(departure, ordinal: ordinal)
        ordinal += Int64(departure.packets)
    }

    func send(control packet: [UInt8]) { channel?.sent(report: packet, line: line) }
}
