internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// Reads a transport stream as it is for one cursor: batches, from any position. Used by one thread at a time.
///
/// An access unit is what is due within two milliseconds, in whole RTP packets: each has the time of its first byte, as RFC 2250 2 wants
/// for timestamps.
final class TransportStreamReader {
    private let source: TransportStreamSource
    private let track: CursorTrack
    private var packetizer: Packetizer
    /// Transport packets in an RTP packet.
    private let together: Int
    /// Nil before the first read.
    private var window: TransportWindow?
    private var lastDecode: MediaTime?

    /// Of one unit; a quantum of the pacer.
    private static let unitSpan = MediaTime.milliseconds(2)
    /// RTP packets of one unit.
    private static let unitPackets = 64

    init(_ source: TransportStreamSource, _ track: CursorTrack) {
        self.source = source
        self.track = track
        packetizer = PayloadFormat.transportStream.makePacketizer(layout: track.layout, payloadType: track.payloadType)
        together = TransportStreamPacketizer.packets(in: track.layout)
    }

    /// One batch; a failure is in it.
    /// - Parameter interrupt: ends a seek.
    func read(_ request: consuming ReadRequest, interrupt: Interrupt) -> Batch {
        var batch = Batch(buffer: ByteBuffer())
        swap(&batch.buffer, &request.buffer)
        batch.buffer.clear()
        do throws(MediaError) {
            guard together > 0 else {
                throw .unsupported("RTP packets of \(track.layout.maximumPacketSize) bytes hold no transport packet")
            }
            if window == nil || request.seek != nil { try begin(&batch, at: request.seek ?? .zero, interrupt) }
            try fill(&batch, request)
        } catch {
            batch.failure = error
            batch.isEnd = true
        }
        return batch
    }

    private func begin(_ batch: inout Batch, at npt: MediaTime, _ interrupt: Interrupt) throws(MediaError) {
        guard npt <= source.end else { throw .rangeNotSatisfiable }
        lastDecode = nil
        var seek = TransportSeek(source, interrupt)
        let landing = try seek.landing(atOrBefore: npt)
        var window = try TransportWindow(source, at: landing.place, reference: landing.reference)
        _ = try window.fill(1)
        batch.start = max(.zero, window.time())
        self.window = window
    }

    private func fill(_ batch: inout Batch, _ request: borrowing ReadRequest) throws(MediaError) {
        var first: MediaTime?
        // Moved out, so that its packets are referenced once and written in place.
        guard var window = self.window.take() else { return }
        defer { self.window = window }
        while true {
            let count = try window.fill(together)
            let time = max(.zero, window.time())
            if count == 0 || request.end.map({ time >= $0 }) ?? false {
                batch.endedTracks = [track.track]
                batch.isEnd = true
                return
            }
            let decode = lastDecode.map { max(time, $0 + MediaTime(nanoseconds: 1)) } ?? time
            if let first, decode - first >= request.maximumDuration { return }
            let unit = try unit(&window, from: count, at: decode)
            guard try write(window, unit.packets, unit.unit, &batch, request) else { return }
            window.removeFirst(unit.packets)
            lastDecode = decode
            first = first ?? decode
        }
    }

    /// The transport packets that are due in the next two milliseconds, at least `count`.
    private func unit(
        _ window: inout TransportWindow, from count: Int, at decode: MediaTime
    ) throws(MediaError) -> (packets: Int, unit: AccessUnit) {
        var packets = count
        while packets == packets / together * together, packets < Self.unitPackets * together,
            window.time(ahead: packets) - decode < Self.unitSpan
        {
            let more = try window.fill(packets + together)
            guard more > packets else { break }
            packets = more
        }
        let duration = max(.zero, window.time(ahead: packets) - decode)
        return (
            packets,
            AccessUnit(
                track: track.track, decodeTime: decode, presentationTime: decode, duration: duration,
                isRandomAccessPoint: true)
        )
    }

    /// - Returns: false if the unit belongs to the next batch.
    private func write(
        _ window: borrowing TransportWindow, _ packets: Int, _ unit: AccessUnit, _ batch: inout Batch,
        _ request: borrowing ReadRequest
    ) throws(MediaError) -> Bool {
        let needed = packets * TransportPacket.size + (packets / together + 1) * (12 + track.layout.prefix)
        guard batch.trains.isEmpty || batch.buffer.writerIndex + needed <= request.maximumBytes else { return false }
        do throws(PacketizationError) {
            try batch.append(unit, room: needed) { (output, runs, base) throws(PacketizationError) in
                var failure: PacketizationError?
                window.withPackets(packets) { bytes in
                    do throws(PacketizationError) {
                        try packetizer.packetize(
                            bytes, isRandomAccessPoint: true, into: &output, runs: &runs, base: base)
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw failure }
            }
        } catch {
            throw .unreadable("\(error)")
        }
        return true
    }
}
