import Delivery
import MediaCore
import RTP
import RTSPSession

/// What an RTSP session plays: a viewer of its own, or a place at a channel. Belongs to the session's loop.
protocol SessionMedia: AnyObject {
    /// NPT that delivery has reached, or was asked to start at.
    var position: MediaTime { get }
    var counters: DeliveryCounters { get }
    /// Begins, goes on, or jumps: as of `Viewer.play`.
    func play(
        seek: MediaTime?, end: MediaTime?, streams: [Session.Stream],
        completion: @escaping (Result<Viewer.Start, MediaError>) -> Void)
    /// While playing: streams that were added begin, the others go on.
    func join(_ streams: [Session.Stream]) -> Viewer.Start
    func pause()
    /// BYE, and nothing more.
    func close()
    /// A stream that is sent from the next PLAY, or `join`, on.
    func add(_ stream: Session.Stream)
    func remove(track: Int)
    /// The connection has room for interleaved packets again.
    func transportDrained()
    /// RTCP from the client.
    func received(_ packet: CompoundPacket, bytes: Int)
}
