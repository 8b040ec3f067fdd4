import Delivery
import NIOCore

/// One stream's packets over UDP: RTP from the server's even port, RTCP from the odd one, to one viewer's pair of ports.
final class DatagramTransport: PacketTransport, DatagramOwner {
    private let media: DatagramSender
    private let control: DatagramSender
    private let mediaRoute: DatagramRoute
    private let controlRoute: DatagramRoute
    private let settled: (_ line: Int, _ packets: Int, _ error: CInt?) -> Void

    /// - Parameters:
    ///   - destination: the RTSP connection's peer with the client's RTP port; `controlDestination` with its RTCP port.
    ///   - source: the address the RTSP connection came to.
    ///   - settled: told what became of packets, in order.
    init(
        sockets: LoopSockets, destination: SocketAddress, controlDestination: SocketAddress, source: SocketAddress?,
        settled: @escaping (_ line: Int, _ packets: Int, _ error: CInt?) -> Void
    ) {
        self.media = sockets.media
        self.control = sockets.control
        self.mediaRoute = DatagramRoute(destination: destination, source: source)
        self.controlRoute = DatagramRoute(destination: controlDestination, source: source)
        self.settled = settled
    }

    var interleavedID: UInt8? { nil }
    var isPaced: Bool { true }
    var isFull: Bool { media.isBlocked }

    func send(_ departure: DemandQueue.Departure) { media.enqueue(departure, route: mediaRoute, owner: self) }
    func send(control packet: [UInt8]) { control.enqueue(control: packet, route: controlRoute) }

    func departed(line: Int, packets: Int, error: CInt?) { settled(line, packets, error) }
}
