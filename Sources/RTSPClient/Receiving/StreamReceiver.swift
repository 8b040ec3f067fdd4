import CSocket
package import MediaCore
package import RTP
import Synchronization

/// What a stream's packets are given to, on the thread that reads them (for interleaved ones the connection's event
/// loop), in the order of arrival. They must not call into the session.
package struct StreamCallbacks: Sendable {
    /// An RTP packet: its header, all of its bytes (valid during the call), and when it came, on the clock of
    /// `MediaTime.now`.
    package var packet: @Sendable (_ header: RTPHeader, _ packet: RawSpan, _ arrival: MediaTime) -> Void
    /// An RTCP datagram or frame.
    package var report: @Sendable (_ packet: CompoundPacket, _ arrival: MediaTime) -> Void

    package init(
        packet: @escaping @Sendable (_ header: RTPHeader, _ packet: RawSpan, _ arrival: MediaTime) -> Void,
        report: @escaping @Sendable (_ packet: CompoundPacket, _ arrival: MediaTime) -> Void = { _, _ in }
    ) {
        self.packet = packet
        self.report = report
    }
}

/// What becomes of a stream's packets.
package enum StreamSink: Sendable {
    /// Each is handed out.
    case callbacks(StreamCallbacks)
    /// They are measured, which needs no more than their headers.
    case meter(StreamMeter)
}

/// The receiving side of one stream: checks what comes, keeps the statistics that reports are made of, passes it on.
///
/// One thread brings packets, the session's event loop asks: the lock between them is taken once per read.
final class StreamReceiver: Sendable {
    /// The form in which SETUP named it.
    let controlURL: String
    private let localSSRC = SSRC(.random(in: 1...UInt32.max))
    private let state: Mutex<State>

    fileprivate struct State {
        var callbacks: StreamCallbacks?
        /// Not in an enum with `callbacks`: it is changed in place.
        var meter: StreamMeter?
        var statistics: ReceptionStatistics
        var remoteSSRC: SSRC?
        var hasEnded = false
        var lastArrival: MediaTime?
        var goodbye: (@Sendable () -> Void)?
    }

    init(_ stream: Presentation.Stream, sink: StreamSink) {
        self.controlURL = stream.controlURL
        var state = State(statistics: ReceptionStatistics(clockRate: stream.clockRate))
        switch sink {
        case .callbacks(let callbacks): state.callbacks = callbacks
        case .meter(let meter): state.meter = meter
        }
        self.state = Mutex(state)
    }

    /// The sender's, from the Transport header; else that of the first packet. Packets of others are not this
    /// stream's.
    func expect(_ ssrc: SSRC?) { state.withLock { if let ssrc { $0.remoteSSRC = ssrc } } }

    /// From now on `goodbye` is told about each BYE of the sender; nil: nobody.
    func whenGoodbye(_ goodbye: (@Sendable () -> Void)?) { state.withLock { $0.goodbye = goodbye } }

    /// A PLAY is about to be sent: a BYE of an earlier one counts no more.
    func restart() { state.withLock { $0.hasEnded = false } }

    /// A BYE has come since the last `restart`.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
    var lastArrival: MediaTime? { state.withLock { $0.lastArrival } }

    /// A copy of what was measured so far; nil if that was not asked for.
    var meter: StreamMeter? { state.withLock { $0.meter } }

    // MARK: Packets

    /// Takes one RTP packet; what is none, or another source's, is ignored.
    func receiveMedia(_ packet: RawSpan, at arrival: MediaTime) -> Arrived {
        state.withLock { state in
            var arrived = Arrived()
            // SAFETY: the pointer is used during the call only.
            packet.withUnsafeBytes { state.receive($0, length: $0.count, at: arrival, &arrived) }
            return arrived
        }
    }

    /// Takes the RTP packets that one read brought.
    ///
    /// They came when the kernel received them, where it says so: how soon they are read is the reader's own matter.
    /// - Parameter wallClockOrigin: nanoseconds since the Unix epoch at monotonic time zero.
    func receiveMedia(
        _ messages: UnsafeBufferPointer<csocket_received>, at read: MediaTime, wallClockOrigin: Int64
    ) -> Arrived {
        state.withLock { state in
            var arrived = Arrived()
            for message in messages {
                let stamp = MediaTime(nanoseconds: message.stamp - wallClockOrigin)
                let arrival = message.stamp == 0 || stamp > read ? read : stamp
                let held = UnsafeRawBufferPointer(start: message.bytes, count: Int(message.held))
                let length = Int(message.length)
                let segment = message.segment == 0 ? length : Int(message.segment)
                guard length > segment else {
                    state.receive(held, length: length, at: arrival, &arrived)
                    continue
                }
                for start in stride(from: 0, to: held.count, by: segment) {
                    let end = min(start + segment, held.count)
                    state.receive(
                        UnsafeRawBufferPointer(rebasing: held[start..<end]), length: end - start, at: arrival, &arrived)
                }
            }
            return arrived
        }
    }

    /// Takes RTCP; what is none is ignored.
    func receiveControl(_ bytes: RawSpan, at arrival: MediaTime) {
        guard let compound = try? CompoundPacket(parsing: bytes) else { return }
        state.withLock { $0.receive(compound, at: arrival) }?()
    }

    /// RR and SDES (RFC 3550 6.1) for the sender; nothing before the first packet.
    func report(cname: CNAME, now: MediaTime) -> [UInt8]? {
        state.withLock { state in
            guard let remoteSSRC = state.remoteSSRC, state.lastArrival != nil else { return nil }
            let block = state.statistics.report(on: remoteSSRC, at: now)
            return CompoundPacket([
                .receiverReport(ReceiverReport(ssrc: localSSRC, reports: [block])),
                .sourceDescription(SourceDescription(ssrc: localSSRC, cname: cname)),
            ]).serialize()
        }
    }
}

extension StreamReceiver.State {
    /// - Parameters:
    ///   - held: the packet, or as much of its beginning as was kept.
    ///   - length: its size in bytes.
    @inline(__always)
    fileprivate mutating func receive(
        _ held: UnsafeRawBufferPointer, length: Int, at arrival: MediaTime, _ arrived: inout Arrived
    ) {
        guard held.count >= RTPHeader.size, held[0] >> 6 == 2 else { return }
        let ssrc = SSRC(UInt32(bigEndian: held.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        if remoteSSRC == nil { remoteSSRC = ssrc }
        guard ssrc == remoteSSRC else { return }
        let number = SequenceNumber(UInt16(bigEndian: held.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        let timestamp = RTPTimestamp(UInt32(bigEndian: held.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        if let callbacks {
            // SAFETY: the buffer outlives the call.
            let packet = RawSpan(_unsafeBytes: held)
            guard let header = try? RTPHeader(parsing: packet) else { return }
            callbacks.packet(header, packet, arrival)
        }
        lastArrival = arrival
        arrived.packets += 1
        arrived.bytes += Int64(length)
        _ = statistics.receive(number, timestamp: timestamp, at: arrival)
        meter?.receive(number, timestamp, bytes: length, at: arrival)
    }

    /// Answers what is to be called after the lock is given back.
    fileprivate mutating func receive(_ compound: CompoundPacket, at arrival: MediaTime) -> (@Sendable () -> Void)? {
        var ends = false
        for packet in compound.packets {
            switch packet {
            case .senderReport(let report) where report.ssrc == remoteSSRC || remoteSSRC == nil:
                statistics.received(report, at: arrival)
                meter?.receive(report)
            case .goodbye(let goodbye):
                ends = ends || remoteSSRC == nil || goodbye.sources.contains { $0 == remoteSSRC }
            default:
                break
            }
        }
        callbacks?.report(compound, arrival)
        if ends { hasEnded = true }
        return ends ? goodbye : nil
    }
}
