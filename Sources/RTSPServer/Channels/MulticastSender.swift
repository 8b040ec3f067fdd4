import Delivery
import MediaCore
import NIOCore
import RTSPSession

/// Sends a channel to its group while any session wants it there: one viewer of the channel, whose datagrams reach all who have joined.
///
/// Belongs to the channel's home loop. It has a pair of sockets of its own: hops and interface are a socket's.
final class MulticastSender {
    let offer: MulticastOffer
    private let loop: LoopContext
    private let sockets: LoopSockets
    private let viewer: ChannelViewer
    /// The sessions that want it.
    private var sessions: Set<String> = []
    private var waiting: [(Result<Viewer.Start, MediaError>) -> Void] = []
    /// Told when the channel has ended.
    private var ends: [String: (MediaError?) -> Void] = [:]
    private var isStarted = false

    /// - Throws: `StartError`.
    init(_ group: MulticastGroup, of channel: ChannelAccess, loop: LoopContext, sendBuffer: Int) throws {
        let route = try MulticastRoute(group, tracks: channel.senders.count)
        offer = route.offer
        self.loop = loop
        let media = DatagramSender(descriptor: try route.open(sendBuffer: sendBuffer))
        sockets = LoopSockets(media: media, control: DatagramSender(descriptor: try route.open(sendBuffer: 0)))
        loop.add(group: sockets)
        viewer = ChannelViewer(
            outlet: loop.outlet(of: channel),
            videoTracks: Set(channel.title.tracks.filter { $0.codec.kind == .video }.map(\.id)))
        viewer.ended = { [unowned self] failure in ended(failure) }
        for track in channel.title.tracks.map(\.id) {
            let transport = DatagramTransport(
                sockets: sockets, destination: route.destination(track: track, control: false),
                controlDestination: route.destination(track: track, control: true), source: nil
            ) { [weak viewer] _, packets, error in viewer?.accepted(packets: packets, refused: error != nil) }
            viewer.add(track: track, transport: transport)
        }
    }

    var counters: DeliveryCounters { viewer.counters }

    /// A session plays.
    /// - Parameters:
    ///   - completion: told where the group is, once it is known.
    ///   - ended: called when the channel has ended.
    func enter(
        _ session: String, completion: @escaping (Result<Viewer.Start, MediaError>) -> Void,
        ended: @escaping (MediaError?) -> Void
    ) {
        sessions.insert(session)
        ends[session] = ended
        if isStarted { return completion(.success(viewer.start)) }
        waiting.append(completion)
        guard waiting.count == 1 else { return }
        viewer.play { [weak self] result in self?.started(result) }
    }

    private func started(_ result: Result<Viewer.Start, MediaError>) {
        if case .success = result { isStarted = true }
        let asked = waiting
        waiting = []
        for completion in asked { completion(result) }
    }

    /// A session pauses, or is no more.
    func leave(_ session: String) {
        ends[session] = nil
        guard sessions.remove(session) != nil, sessions.isEmpty else { return }
        isStarted = false
        viewer.pause()
    }

    private func ended(_ failure: MediaError?) {
        isStarted = false
        sessions = []
        let told = ends
        ends = [:]
        for end in told.values { end(failure) }
    }

    func close() {
        viewer.close()
        loop.flush()
        loop.remove(group: sockets)
    }
}

/// A channel's group, for sessions on any loop.
struct GroupAccess: Sendable {
    let offer: MulticastOffer
    fileprivate let sender: LoopOwned<MulticastSender>
    fileprivate let eventLoop: any EventLoop

    init(offer: MulticastOffer, sender: LoopOwned<MulticastSender>, eventLoop: any EventLoop) {
        (self.offer, self.sender, self.eventLoop) = (offer, sender, eventLoop)
    }

    /// As of `MulticastSender.enter`; both are called on the channel's home loop.
    func enter(
        _ session: String, completion: @escaping @Sendable (Result<Viewer.Start, MediaError>) -> Void,
        ended: @escaping @Sendable (MediaError?) -> Void
    ) {
        eventLoop.execute { sender.value.enter(session, completion: completion, ended: ended) }
    }

    func leave(_ session: String) { eventLoop.execute { sender.value.leave(session) } }
}
