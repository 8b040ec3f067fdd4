/// Where one stream's packets go: a UDP destination, or an interleaved id on the RTSP connection.
///
/// Back pressure is in the type: after `isFull` the viewer departs nothing until `Viewer.transportDrained`. What was taken is reported
/// with `Viewer.accepted` once it is in the kernel. Belongs to the viewer's event loop.
package protocol PacketTransport: AnyObject {
    /// The interleaved channel id written in the `$` framing before each packet (RFC 2326 10.12); nil for a datagram transport.
    var interleavedID: UInt8? { get }
    /// Whether departures are spread by the burst limit. A byte stream paces itself.
    var isPaced: Bool { get }
    var isFull: Bool { get }
    /// Takes packets whose headers are complete. Nothing is sent before the loop's flush.
    func send(_ departure: DemandQueue.Departure)
    /// Takes an RTCP compound packet.
    func send(control packet: [UInt8])
}

extension PacketTransport {
    /// Bytes before each packet in the wire buffer.
    package var prefix: Int { interleavedID == nil ? 0 : 4 }
}
