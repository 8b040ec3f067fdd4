/// Where packets lie in a wire buffer: consecutive packets of one size, of which the last may be shorter.
///
/// A run is what one UDP send with segmentation offload takes (`UDP_SEGMENT`: every datagram but the last has the same size).
/// ```
///  offset        offset + stride
///    |               |                                 stride = prefix + packetSize
///    v               v
///    +------+--------+------+--------+------+-----+    prefix: PacketLayout.prefix bytes, not sent over UDP
///    |prefix| packet |prefix| packet |prefix|last |    packet: 12 bytes of RTP header, then the payload
///    +------+--------+------+--------+------+-----+
/// ```
package struct PacketRun: Hashable, Sendable {
    /// Bytes from the buffer's start to the first packet's prefix.
    package var offset: Int32
    /// Packets in the run; at least 1.
    package var count: Int32
    /// Bytes of every packet but the last, RTP header included, prefix excluded.
    package var packetSize: Int32
    /// Bytes of the last packet; at most `packetSize`.
    package var lastPacketSize: Int32

    package init(offset: Int32, count: Int32, packetSize: Int32, lastPacketSize: Int32) {
        self.offset = offset
        self.count = count
        self.packetSize = packetSize
        self.lastPacketSize = lastPacketSize
    }
}

/// How packets are laid out in a wire buffer.
package struct PacketLayout: Hashable, Sendable {
    /// Bytes left free before each packet: 0 for UDP, 4 for the `$` framing of RFC 2326 10.12.
    package var prefix: Int
    /// Bytes of the largest packet, RTP header included, prefix excluded.
    package var maximumPacketSize: Int

    /// The smallest `maximumPacketSize` that any packetizer accepts.
    package static let minimumPacketSize = 128

    /// - Precondition: `prefix` is 0 or 4; `maximumPacketSize` is from `minimumPacketSize` to 65,507 (RFC 768: the largest UDP payload over IPv4).
    package init(prefix: Int, maximumPacketSize: Int) {
        precondition(prefix == 0 || prefix == 4)
        precondition((Self.minimumPacketSize...65_507).contains(maximumPacketSize))
        self.prefix = prefix
        self.maximumPacketSize = maximumPacketSize
    }
}
