package import MediaCore
package import RTP

/// One track on its way to one viewer.
package struct ViewerStream {
    /// Position in the title.
    package let track: Int
    package var sender: SenderState
    package var transport: any PacketTransport
    var phase = Phase.sending
    /// The next packet is the first of a PLAY: a sender report goes before it.
    var needsStartReport = true
    /// It began amid a PLAY, so that the report before its first packet says what time it is, not where the PLAY began.
    var hasJoined = false
    /// When packets departed last, on the loop's clock.
    var lastDeparture: MediaTime?
    /// Decode time of the last unit that is in a train which began to depart since the last seek.
    var lastUnit: MediaTime?
    /// What all packets of the unit under way bear.
    var unitTimestamp = RTPTimestamp(0)
    /// Transports of streams that had this place before, kept while packets of theirs are on their way: they report what becomes of them.
    var former: [any PacketTransport] = []
    /// The last report block about this stream.
    package internal(set) var lastReception: ReceptionReport?

    /// What becomes of a stream's units.
    enum Phase: Equatable {
        /// Not set up, or torn down: they are dropped when they are due.
        case silent
        /// Set up since the last PLAY: they are dropped until the next one.
        case waiting
        /// They are dropped until the first random access point that is presented at or after this NPT.
        case joining(MediaTime)
        case sending
    }

    package init(track: Int, sender: SenderState, transport: any PacketTransport) {
        self.track = track
        self.sender = sender
        self.transport = transport
    }

    /// The place of a track that is not set up.
    package init(silent track: Int, clockRate: ClockRate) {
        let clock = RTPClock(clockRate: clockRate, offset: 0, timeline: DeliveryTimeline(wallClock: 0))
        self.init(
            track: track, sender: SenderState(ssrc: SSRC(0), sequenceNumber: SequenceNumber(0), clock: clock),
            transport: SilentTransport())
        phase = .silent
    }

    /// Writes what the packetizer left open in the headers of departing packets: `$` framing, sequence number, timestamp, SSRC.
    mutating func stamp(_ departure: DemandQueue.Departure) {
        let prefix = transport.prefix
        let first = departure.buffer.base + departure.offset
        let stride = prefix + departure.packetSize
        if let id = transport.interleavedID {
            frame(departure, first: first, stride: stride, id: id)
        }
        let octets =
            (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
            - departure.packets * RTPHeader.size
        sender.depart(
            first + prefix, count: departure.packets, stride: stride, octets: octets, timestamp: unitTimestamp)
    }

    /// RFC 2326 10.12: `$`, the interleaved id, the length in network order.
    private func frame(_ departure: DemandQueue.Departure, first: UnsafeMutableRawPointer, stride: Int, id: UInt8) {
        for index in 0..<departure.packets {
            let packet = first + index * stride
            let size = index == departure.packets - 1 ? departure.lastPacketSize : departure.packetSize
            packet.storeBytes(of: UInt8(ascii: "$"), as: UInt8.self)
            packet.storeBytes(of: id, toByteOffset: 1, as: UInt8.self)
            packet.storeBytes(of: UInt16(size).bigEndian, toByteOffset: 2, as: UInt16.self)
        }
    }
}

/// Where a silent stream's reports and goodbyes go: nowhere. It is given no media.
private final class SilentTransport: PacketTransport {
    var interleavedID: UInt8? { nil }
    var isPaced: Bool { false }
    var isFull: Bool { false }
    func send(_ departure: DemandQueue.Departure) {}
    func send(control packet: [UInt8]) {}
}
