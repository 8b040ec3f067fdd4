package import Delivery
package import MediaCore
package import RTP

/// A transport that writes down what it is given, and takes packets into its "kernel" when the test says so.
package final class RecordingTransport: PacketTransport {
    /// When packets count as accepted.
    package enum Acceptance {
        /// As they are sent.
        case immediate
        /// By `flush`, as over UDP.
        case atFlush
        /// By `accept` and `refuse`.
        case manual
    }

    /// A packet as it was sent.
    package struct Sent {
        package let time: MediaTime
        package let line: Int
        package let unit: AccessUnit
        /// RTP packet, without framing.
        package let bytes: [UInt8]
        /// `$` framing; empty over UDP.
        package let framing: [UInt8]
        /// Which send it left with.
        package let departure: Int

        package var identity: PacketIdentity { PacketIdentity(parsing: bytes) }

        package var header: RTPHeader {
            do { return try RTPHeader(parsing: bytes.span.bytes) } catch {
                preconditionFailure("no RTP packet: \(error)")
            }
        }
    }

    /// An RTCP packet as it was sent.
    package struct Control {
        package let time: MediaTime
        package let bytes: [UInt8]
        /// RTP packets that this transport had sent before.
        package let packetsBefore: Int
        package var packets: [RTCPPacket] {
            do { return try CompoundPacket(parsing: bytes.span.bytes).packets } catch {
                preconditionFailure("no RTCP packet: \(error)")
            }
        }
    }

    package let interleavedID: UInt8?
    package let isPaced: Bool
    package let acceptance: Acceptance
    /// Packets that may be on their way before the transport is full; nil for any number.
    package var capacity: Int?
    /// Full whatever is on its way.
    package var isBlocked = false
    package private(set) var sent: [Sent] = []
    package private(set) var control: [Control] = []
    /// Sends, each of one run.
    package private(set) var departures = 0
    /// Packets accepted and refused so far.
    package private(set) var settled = 0
    /// Packets whose bytes had changed between sending and acceptance: somebody wrote into a buffer still in use.
    package private(set) var damaged = 0
    /// Told of settled packets, as `Viewer.accepted` wants it.
    package var accepted: ((_ line: Int, _ packets: Int, _ refused: Bool) -> Void)?

    private let clock: ManualClock
    /// Sent and not settled: keeps the buffers alive as a kernel's queue would.
    private var outstanding: [(departure: DemandQueue.Departure, first: Int, packets: Int)] = []

    /// One viewer's stream over UDP.
    package static func datagram(_ clock: ManualClock, acceptance: Acceptance = .atFlush) -> RecordingTransport {
        RecordingTransport(clock, interleavedID: nil, acceptance: acceptance)
    }

    /// One stream on a TCP connection.
    package static func interleaved(
        _ clock: ManualClock, id: UInt8, acceptance: Acceptance = .atFlush
    ) -> RecordingTransport {
        RecordingTransport(clock, interleavedID: id, acceptance: acceptance)
    }

    private init(_ clock: ManualClock, interleavedID: UInt8?, acceptance: Acceptance) {
        self.clock = clock
        self.interleavedID = interleavedID
        self.isPaced = interleavedID == nil
        self.acceptance = acceptance
    }

    package var onTheWay: Int { sent.count - settled }
    package var isFull: Bool { isBlocked || capacity.map { onTheWay >= $0 } ?? false }

    package func send(_ departure: DemandQueue.Departure) {
        precondition(departure.packets > 0)
        outstanding.append((departure, sent.count, departure.packets))
        for index in 0..<departure.packets {
            let whole = packet(index, of: departure)
            sent.append(
                Sent(
                    time: clock.now, line: departure.line, unit: departure.unit,
                    bytes: Array(UnsafeRawBufferPointer(rebasing: whole[prefix...])), framing: Array(whole[..<prefix]),
                    departure: departures))
        }
        departures += 1
        if acceptance == .immediate { settle(departure.packets, refused: false) }
    }

    package func send(control packet: [UInt8]) {
        control.append(Control(time: clock.now, bytes: packet, packetsBefore: sent.count))
    }

    /// What the loop does after each pacer run.
    package func flush() { if acceptance == .atFlush { accept(onTheWay) } }

    /// The kernel has taken the oldest `packets`.
    package func accept(_ packets: Int) { settle(packets, refused: false) }

    /// The kernel has thrown the oldest `packets` away.
    package func refuse(_ packets: Int) { settle(packets, refused: true) }

    private func packet(_ index: Int, of departure: DemandQueue.Departure) -> UnsafeRawBufferPointer {
        let size = prefix + (index == departure.packets - 1 ? departure.lastPacketSize : departure.packetSize)
        let start = departure.buffer.base + departure.offset + index * (prefix + departure.packetSize)
        return UnsafeRawBufferPointer(start: start, count: size)
    }

    /// Header and identity are what differs from packet to packet.
    private func isDamaged(_ index: Int, of departure: DemandQueue.Departure, _ sent: Sent) -> Bool {
        let head = packet(index, of: departure)[..<(prefix + FakeUnit.minimumPacketSize)]
        return !head.elementsEqual(sent.framing + sent.bytes[..<FakeUnit.minimumPacketSize])
    }

    private func settle(_ packets: Int, refused: Bool) {
        var left = packets
        while left > 0 {
            precondition(!outstanding.isEmpty, "more packets settled than sent")
            var oldest = outstanding[0]
            let taken = min(left, oldest.packets)
            let skip = oldest.departure.packets - oldest.packets
            for index in skip..<skip + taken where isDamaged(index, of: oldest.departure, sent[oldest.first + index]) {
                damaged += 1
            }
            oldest.packets -= taken
            let line = oldest.departure.line
            if oldest.packets == 0 { outstanding.removeFirst() } else { outstanding[0] = oldest }
            left -= taken
            settled += taken
            accepted?(line, taken, refused)
        }
    }
}
