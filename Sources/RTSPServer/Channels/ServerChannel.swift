import Delivery
import Logging
import MediaCore
import NIOCore
import RTP
import RTPPayload
import RTSPSession

/// A configured channel: `rtsp://host/channels/<name>`. What it plays is asked for when somebody wants it.
final class ServerChannel: Sendable {
    let configuration: ChannelConfiguration
    private let home: NIOLoopBound<Home>
    private let eventLoop: any EventLoop

    /// - Parameter loop: the producer's, on which this is called.
    init(_ configuration: ChannelConfiguration, loop: LoopContext, context: ServerContext) {
        self.configuration = configuration
        eventLoop = loop.eventLoop
        home = NIOLoopBound(Home(configuration, loop: loop, context: context), eventLoop: loop.eventLoop)
    }

    /// What is on the air now, or would be if somebody watched.
    /// - Parameter completion: called once, on the channel's home loop.
    func access(completion: @escaping @Sendable (Result<ChannelAccess, MediaError>) -> Void) {
        eventLoop.execute { self.home.value.access(completion) }
    }

    /// BYE to nobody: viewers' sessions are closed before. The producer ends.
    func close() -> EventLoopFuture<Void> { eventLoop.submit { self.home.value.close() } }

    /// The channel on its home loop.
    private final class Home {
        private let configuration: ChannelConfiguration
        private let loop: LoopContext
        private let context: ServerContext
        private let logger: Logger
        private var access: ChannelAccess?
        private var group: MulticastSender?
        /// It is over, and the next who asks begins it anew.
        private var isOver = false
        private var waiting: [@Sendable (Result<ChannelAccess, MediaError>) -> Void] = []

        init(_ configuration: ChannelConfiguration, loop: LoopContext, context: ServerContext) {
            self.configuration = configuration
            self.loop = loop
            self.context = context
            var logger = context.logger
            logger[metadataKey: "channel"] = "\(configuration.name)"
            self.logger = logger
        }

        func access(_ completion: @escaping @Sendable (Result<ChannelAccess, MediaError>) -> Void) {
            if let access = current { return completion(.success(access)) }
            waiting.append(completion)
            guard waiting.count == 1 else { return }
            let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
            let eventLoop = loop.eventLoop
            configuration.source.title { result in eventLoop.execute { bound.value.opened(result) } }
        }

        /// What is on the air, or may go on. One that was over may be watched anew, by those who know it.
        private var current: ChannelAccess? {
            guard let access, isOver, access.channel.value.subscriberCount == 0 else { return access }
            return nil
        }

        private func opened(_ result: Result<any MediaTitle, MediaError>) {
            let asked = waiting
            waiting = []
            let answer = result.map { title in
                if let current { return current }
                close()
                let made = make(title)
                (access, isOver) = (made, false)
                return made
            }
            for completion in asked { completion(answer) }
        }

        private func make(_ title: any MediaTitle) -> ChannelAccess {
            var random = SystemRandomNumberGenerator()
            let senders = title.formats.map { format in
                SenderState(
                    ssrc: context.registry.makeSSRC(for: ""), sequenceNumber: SequenceNumber(random.next()),
                    clock: RTPClock(
                        clockRate: format.clockRate, offset: random.next(),
                        timeline: DeliveryTimeline(wallClock: loop.wallClock)))
            }
            let layout = PacketLayout(prefix: 0, maximumPacketSize: context.limits.packetSize)
            let cname = CNAME(using: &random)
            let channel = MediaChannel(
                configuration, title: title,
                tracks: title.tracks.map {
                    CursorTrack(
                        track: $0.id, layout: layout,
                        payloadType: Presentation.payloadType(of: $0.id, title.formats[$0.id]),
                        aggregation: context.limits.audioAggregation)
                }, senders: senders, cname: cname, demand: context.limits.demand, pacing: context.limits.pacing,
                wallClock: loop.wallClock, environment: loop.viewerEnvironment)
            channel.happened = { [unowned self] in log($0) }
            channel.unitsSkipped = { [logger] count, reason in
                logger.warning("access units left out", metadata: ["count": "\(count)", "reason": "\(reason)"])
            }
            let access = ChannelAccess(
                name: configuration.name, title: title, senders: senders, cname: cname, limits: configuration.limits,
                channel: LoopOwned(channel, on: loop.eventLoop), eventLoop: loop.eventLoop, group: nil)
            return withGroup(access)
        }

        /// The group of the configuration, or none if it cannot be sent to: the channel is there without.
        private func withGroup(_ access: ChannelAccess) -> ChannelAccess {
            guard let wanted = configuration.group else { return access }
            do {
                let sender = try MulticastSender(
                    wanted, of: access, loop: loop, sendBuffer: context.limits.datagramSendBuffer)
                group = sender
                return access.sent(to: sender.offer, by: LoopOwned(sender, on: loop.eventLoop))
            } catch {
                logger.warning("no multicast", metadata: ["reason": "\(error)"])
                return access
            }
        }

        private func log(_ event: MediaChannel.Event) {
            switch event {
            case .began(let position):
                isOver = false
                logger.info("channel watched", metadata: ["from": "\(position)"])
            case .unwatched(let counters):
                logger.info("channel unwatched", metadata: Self.metadata(counters))
            case .over(let failure):
                isOver = true
                guard let failure else { return logger.info("channel over") }
                logger.warning("channel failed", metadata: ["reason": "\(failure)"])
            }
        }

        private static func metadata(_ counters: DeliveryCounters) -> Logger.Metadata {
            [
                "reads": "\(counters.reads)", "packets": "\(counters.packetsSent)", "bytes": "\(counters.bytesSent)",
                "unsent-packets-max": "\(counters.unsentPacketsMaximum)",
                "unsent-bytes-max": "\(counters.unsentBytesMaximum)",
                "unsent-ms-max": "\(counters.unsentTimeMaximum.nanoseconds / 1_000_000)",
                "splits": "\(counters.splits)",
            ]
        }

        func close() {
            guard let access else { return }
            group?.close()
            group = nil
            access.channel.value.close()
            for sender in access.senders { context.registry.release(ssrc: sender.ssrc) }
            self.access = nil
        }
    }
}

/// What a session must know of a channel to watch it: the title and its senders, and where the producer lives.
struct ChannelAccess: Sendable {
    let name: String
    let title: any MediaTitle
    /// Of each track, as it was in the beginning.
    let senders: [SenderState]
    let cname: CNAME
    let limits: ChannelLimits
    let channel: LoopOwned<MediaChannel>
    let eventLoop: any EventLoop
    /// Where it is sent for many at once, if anywhere.
    let group: GroupAccess?

    /// Tells it from the channel's others, before and after.
    var id: UInt32 { senders.first?.ssrc.rawValue ?? 0 }

    func sent(to offer: MulticastOffer, by sender: LoopOwned<MulticastSender>) -> ChannelAccess {
        ChannelAccess(
            name: name, title: title, senders: senders, cname: cname, limits: limits, channel: channel,
            eventLoop: eventLoop, group: GroupAccess(offer: offer, sender: sender, eventLoop: eventLoop))
    }

    /// A loop's end of it.
    func makeOutlet(_ environment: Viewer.Environment, pacing: PacingLimits) -> ChannelOutlet {
        let loop = environment.eventLoop
        let (channel, home) = (channel, eventLoop)
        return ChannelOutlet(
            senders: senders, cname: cname, limits: limits, pacing: pacing, environment: environment,
            subscribe: { outlet, subscription in
                let bound = NIOLoopBound(outlet, eventLoop: loop)
                home.execute { channel.value.subscribe(bound, on: loop, subscription: subscription) }
            },
            unsubscribe: { subscription in
                home.execute { channel.value.unsubscribe(subscription: subscription, on: loop) }
            })
    }
}
