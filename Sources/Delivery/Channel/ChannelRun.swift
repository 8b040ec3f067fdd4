package import MediaCore
package import NIOCore
package import RTP

/// Consecutive packets of one track, all of one size but perhaps the last, as a channel sends them to everybody: headers complete, never changed
/// again, and shared by all loops and viewers.
package final class ChannelRun: Sendable {
    /// Index of the channel's lines: the track's position in the title.
    package let line: Int
    /// Packet after packet, without framing.
    package let bytes: ByteBuffer
    package let packets: Int
    package let packetSize: Int
    package let lastPacketSize: Int
    package let unit: AccessUnit
    /// Of the first packet.
    package let sequenceNumber: SequenceNumber
    /// Of all of the unit's packets.
    package let timestamp: RTPTimestamp
    /// Packets that the line sent before this run.
    package let ordinal: Int64
    /// Whether its first packet is the unit's.
    package let beginsUnit: Bool
    /// Packets of the unit that follow in other runs.
    package let packetsAfter: Int
    /// When the producer sent it, on the loops' clock.
    package let time: MediaTime

    /// A copy of packets that depart.
    /// - Parameter departure: of a wire buffer without room for framing.
    init(_ departure: DemandQueue.Departure, ordinal: Int64, time: MediaTime) {
        let length = (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
        let source = UnsafeRawBufferPointer(start: departure.buffer.base + departure.offset, count: length)
        var bytes = ByteBufferAllocator().buffer(capacity: length)
        bytes.writeBytes(source)
        self.bytes = bytes
        line = departure.line
        packets = departure.packets
        packetSize = departure.packetSize
        lastPacketSize = departure.lastPacketSize
        unit = departure.unit
        // RFC 3550 5.1.
        sequenceNumber = SequenceNumber(bytes.getInteger(at: 2, as: UInt16.self) ?? 0)
        timestamp = RTPTimestamp(bytes.getInteger(at: 4, as: UInt32.self) ?? 0)
        beginsUnit = departure.packetsBefore == 0
        packetsAfter = departure.packetsAfter
        self.ordinal = ordinal
        self.time = time
    }

    /// A receiver may begin with it.
    package var beginsRandomAccess: Bool { beginsUnit && unit.isRandomAccessPoint }
    /// Bytes of all packets.
    package var size: Int { bytes.readableBytes }

    /// The packets with RFC 2326 10.12's framing before each: `$`, the interleaved id, the length in network order.
    func framed(id: UInt8) -> ByteBuffer {
        var framed = ByteBufferAllocator().buffer(capacity: size + 4 * packets)
        bytes.withUnsafeReadableBytes { source in
            for index in 0..<packets {
                let length = index == packets - 1 ? lastPacketSize : packetSize
                framed.writeInteger(UInt8(ascii: "$"))
                framed.writeInteger(id)
                framed.writeInteger(UInt16(truncatingIfNeeded: length))
                framed.writeBytes(
                    UnsafeRawBufferPointer(rebasing: source[index * packetSize..<index * packetSize + length]))
            }
        }
        return framed
    }
}
