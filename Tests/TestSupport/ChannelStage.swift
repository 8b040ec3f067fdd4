package import Delivery
package import MediaCore
import NIOCore
import NIOEmbedded
import RTP
import RTPPayload

/// A channel on a viewer's stage, and viewers of it: all on the stage's one loop, under its clock.
package final class ChannelStage {
    package let stage: ViewerStage
    package let title: FakeTitle
    package let channel: MediaChannel
    package let outlet: ChannelOutlet
    /// What happened to the channel, in words.
    package private(set) var events: [String] = []
    /// What the channel's cursor reads from, wherever it was asked for: the last one.
    package var reads: Int { channel.counters.reads }

    package init(
        _ title: FakeTitle, limits: ChannelLimits = .standard, stopsClockUnwatched: Bool = false,
        stage: ViewerStage = ViewerStage(pacing: .standard), isLooped: Bool = false
    ) {
        self.stage = stage
        self.title = title
        let senders = title.formats.indices.map { track in
            SenderState(
                ssrc: SSRC(0xC000_0000 + UInt32(track)), sequenceNumber: SequenceNumber(65_500),
                clock: RTPClock(
                    clockRate: title.formats[track].clockRate, offset: 0,
                    timeline: DeliveryTimeline(wallClock: ViewerStage.wallClock)))
        }
        guard let cname = CNAME("channel") else { preconditionFailure("a CNAME of seven letters") }
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        let channel = MediaChannel(
            ChannelConfiguration(
                name: "fake", source: FakeChannelSource(title: title), limits: limits,
                stopsClockUnwatched: stopsClockUnwatched),
            title: isLooped ? LoopedTitle(title) : title,
            tracks: title.tracks.map { CursorTrack(track: $0.id, layout: layout, payloadType: UInt8(96 + $0.id)) },
            senders: senders, cname: cname, demand: .standard, pacing: stage.pacing, wallClock: ViewerStage.wallClock,
            environment: stage.environment)
        self.channel = channel
        let loop = stage.eventLoop
        outlet = ChannelOutlet(
            senders: senders, cname: cname, limits: limits, pacing: stage.pacing, environment: stage.environment,
            subscribe: { outlet, subscription in
                let bound = NIOLoopBound(outlet, eventLoop: loop)
                let home = NIOLoopBound(channel, eventLoop: loop)
                loop.execute { home.value.subscribe(bound, on: loop, subscription: subscription) }
            },
            unsubscribe: { subscription in
                let home = NIOLoopBound(channel, eventLoop: loop)
                loop.execute { home.value.unsubscribe(subscription: subscription, on: loop) }
            })
        channel.happened = { [unowned self] event in
            switch event {
            case .began(let position): events.append("began at \(position)")
            case .unwatched: events.append("unwatched")
            case .over(let failure): events.append(failure.map { "over: \($0)" } ?? "over")
            }
        }
    }

    private var seats: [Seat] = []

    /// A viewer and what it was sent.
    package final class Seat {
        package let viewer: ChannelViewer
        package let transports: [RecordingTransport]
        package fileprivate(set) var starts: [Result<Viewer.Start, MediaError>] = []
        package fileprivate(set) var ends: [MediaError?] = []
        package fileprivate(set) var stalls = 0

        fileprivate init(_ viewer: ChannelViewer, _ transports: [RecordingTransport]) {
            (self.viewer, self.transports) = (viewer, transports)
        }

        package func play() { viewer.play { [unowned self] in starts.append($0) } }
        package var lastStart: Viewer.Start? { starts.last.flatMap { try? $0.get() } }
    }

    package func seat(
        tracks: [Int]? = nil, interleaved: Bool = false, acceptance: RecordingTransport.Acceptance = .atFlush,
        playing: Bool = true
    ) -> Seat {
        let tracks = tracks ?? title.tracks.map(\.id)
        let viewer = ChannelViewer(outlet: outlet, videoTracks: [0])
        let transports = tracks.map { track in
            let transport =
                interleaved
                ? RecordingTransport.interleaved(stage.clock, id: UInt8(2 * track), acceptance: acceptance)
                : RecordingTransport.datagram(stage.clock, acceptance: acceptance)
            transport.accepted = { [unowned viewer] _, packets, refused in
                viewer.accepted(packets: packets, refused: refused)
            }
            stage.adopt(transport)
            viewer.add(track: track, transport: transport)
            return transport
        }
        let seat = Seat(viewer, transports)
        viewer.ended = { [unowned seat] in seat.ends.append($0) }
        viewer.stalled = { [unowned seat] in seat.stalls += 1 }
        seats.append(seat)
        if playing { seat.play() }
        return seat
    }

    package func run(for span: MediaTime) { stage.run(for: span) }
}

/// A channel of one title.
package struct FakeChannelSource: ChannelSource {
    private let outcome: Result<any MediaTitle, MediaError>

    package init(title: any MediaTitle) { outcome = .success(title) }
    package init(failure: MediaError) { outcome = .failure(failure) }

    package func title(completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void) {
        completion(outcome)
    }
}
