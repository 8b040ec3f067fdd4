internal import Delivery
internal import LibAV
internal import MediaCore

/// Where a reader leaves the units of a track that is decoded, in place of packets in the batch.
///
/// SAFETY: one read of a cursor is under way at a time, and what it leaves is taken after it has completed: hand-over goes through the locks
/// of the pools.
final class UnitTap: @unchecked Sendable {
    private var queue = UnitQueue()
    /// Of the stream, once a unit of it is there.
    private(set) var parameters: DecoderParameters?

    var isEmpty: Bool { queue.isEmpty }
    var bytes: Int { queue.bytes }

    /// Shares the packet's bytes.
    func append(_ packet: borrowing Packet, _ unit: AccessUnit, of input: borrowing InputContext, _ source: TrackSource)
        throws(AVFailure)
    {
        if parameters == nil { parameters = try DecoderParameters(input, packet.stream, source.codec) }
        var shared = try packet.share()
        shared.stamp(
            presentation: unit.presentationTime.nanoseconds, decode: unit.decodeTime.nanoseconds,
            duration: unit.duration.nanoseconds)
        queue.append(shared, unit)
    }

    func popFirst() -> WaitingUnit? { queue.popFirst() }
    func removeAll() { queue.removeAll() }
}

/// Keeps a stream's parameters.
final class DecoderParameters {
    private let parameters: CodecParameters

    init(_ input: borrowing InputContext, _ stream: Int, _ codec: CodecDescription) throws(AVFailure) {
        var parameters = try input.parameters(of: stream)
        parameters.complete(with: codec)
        self.parameters = parameters
    }

    func makeDecoder() throws(AVFailure) -> Decoder { try Decoder(parameters) }
}

extension TitleReader {
    /// As `emit`, of a track that is decoded.
    func leave(
        _ packet: borrowing Packet, _ unit: AccessUnit, in tap: UnitTap, _ track: TrackReader, _ batch: inout Batch,
        _ request: borrowing ReadRequest
    ) -> Bool {
        if let first = track.firstInBatch, unit.decodeTime - first >= request.maximumDuration { return false }
        guard isEmpty(batch) || occupied(batch) + packet.size <= request.maximumBytes else { return false }
        do throws(AVFailure) {
            try tap.append(packet, unit, of: input.context, track.source)
            track.firstInBatch = track.firstInBatch ?? unit.decodeTime
        } catch {
            skip(&batch, "\(error)")
        }
        track.framesPassed = 0
        if track.isLast(packet) { end(track) }
        return true
    }
}
