import Delivery
import MediaCore
import NIOCore
import RTP
import RTSPSession

/// The media of a session that watches a channel: a viewer at the outlet of its loop, or a wish that the channel be sent to its group; or, for
/// streams of both kinds, both.
final class ChannelMedia: SessionMedia {
    private unowned let session: ServerSession
    private let channel: ChannelAccess
    private let viewer: ChannelViewer
    /// Streams that the group brings.
    private var grouped: Set<Int> = []
    private var unicast: Set<Int> = []
    private var isInGroup = false
    /// Of the last PLAY: answers to those before it are not for anybody.
    private var plays = 0

    init(_ session: ServerSession, _ channel: ChannelAccess, streams: [Session.Stream]) {
        self.session = session
        self.channel = channel
        viewer = ChannelViewer(
            outlet: session.loop.outlet(of: channel),
            videoTracks: Set(session.title.tracks.filter { $0.codec.kind == .video }.map(\.id)))
        viewer.ended = { [weak session] failure in session?.mediaEnded(failure) }
        viewer.stalled = { [weak session] in session?.giveUpSoon() }
        for stream in streams { add(stream) }
    }

    /// A channel's viewers have no position of their own.
    var position: MediaTime { .zero }
    var counters: DeliveryCounters { viewer.counters }

    func play(
        seek: MediaTime?, end: MediaTime?, streams: [Session.Stream],
        completion: @escaping (Result<Viewer.Start, MediaError>) -> Void
    ) {
        plays += 1
        guard !unicast.isEmpty else { return enterGroup(beside: nil, completion) }
        viewer.play { [self] result in
            guard case .success(let start) = result, !grouped.isEmpty else { return completion(result) }
            enterGroup(beside: start, completion)
        }
    }

    /// - Parameter unicast: where the streams that the group does not bring begin.
    private func enterGroup(
        beside unicast: Viewer.Start?, _ completion: @escaping (Result<Viewer.Start, MediaError>) -> Void
    ) {
        guard let group = channel.group else { return completion(.failure(.notFound)) }
        isInGroup = true
        let (play, eventLoop) = (plays, session.loop.eventLoop)
        let answer = NIOLoopBound(
            { [self] (result: Result<Viewer.Start, MediaError>) in
                guard play == plays else { return completion(.failure(.cancelled)) }
                completion(result.map { merged($0, unicast) })
            }, eventLoop: eventLoop)
        let ended = NIOLoopBound({ [weak session] in session?.mediaEnded($0) }, eventLoop: eventLoop)
        group.enter(
            session.id, completion: { result in eventLoop.execute { answer.value(result) } },
            ended: { failure in eventLoop.execute { ended.value(failure) } })
    }

    private func merged(_ start: Viewer.Start, _ unicast: Viewer.Start?) -> Viewer.Start {
        var start = start
        start.streams.removeAll { !grouped.contains($0.track) }
        start.streams += unicast?.streams ?? []
        return start
    }

    func join(_ streams: [Session.Stream]) -> Viewer.Start {
        if !grouped.isEmpty, !isInGroup { enterGroup(beside: nil) { _ in } }
        return viewer.join()
    }

    func pause() {
        plays += 1
        viewer.pause()
        leaveGroup()
    }

    func close() {
        plays += 1
        viewer.close()
        leaveGroup()
    }

    private func leaveGroup() {
        if isInGroup { channel.group?.leave(session.id) }
        isInGroup = false
    }

    func add(_ stream: Session.Stream) {
        remove(track: stream.track)
        if case .multicast = stream.transport {
            grouped.insert(stream.track)
            return
        }
        unicast.insert(stream.track)
        let transport = session.makeTransport(stream) { [weak viewer] _, packets, refused in
            viewer?.accepted(packets: packets, refused: refused)
        }
        viewer.add(track: stream.track, transport: transport)
    }

    func remove(track: Int) {
        if grouped.remove(track) != nil, grouped.isEmpty { leaveGroup() }
        guard unicast.remove(track) != nil else { return }
        viewer.remove(track: track)
    }

    func transportDrained() { viewer.transportDrained() }
    func received(_ packet: CompoundPacket, bytes: Int) {}
}
