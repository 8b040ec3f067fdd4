internal import Delivery
internal import MediaCore
import NIOCore
internal import RTPPayload

extension Batch {
    /// Adds a train of what `body` writes, if that fits in `room` bytes.
    /// - Parameter unit: of several units, the first, with the duration of all.
    /// - Throws: `.outputFull` if it does not; then nothing has changed.
    mutating func append(
        _ unit: AccessUnit, lastDecodeTime: MediaTime? = nil, room: Int,
        _ body: (_ output: inout OutputRawSpan, _ runs: inout [PacketRun], _ base: Int32) throws(PacketizationError) ->
            Void
    ) throws(PacketizationError) {
        let base = buffer.writerIndex
        let firstRun = self.runs.count
        var runs = self.runs
        self.runs = []
        defer { self.runs = runs }
        var failure: PacketizationError?
        let written = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { writable in
            let space = UnsafeMutableRawBufferPointer(rebasing: writable[..<room])
            // SAFETY: `space` is exclusively ours inside this closure, and `finalize` is called for it.
            var output = OutputRawSpan(buffer: space, initializedCount: 0)
            do throws(PacketizationError) {
                try body(&output, &runs, Int32(truncatingIfNeeded: base))
            } catch {
                failure = error
            }
            return output.finalize(for: space)
        }
        if let failure { throw failure }
        let packets = runs[firstRun...].reduce(0) { $0 + $1.count }
        let bytes = runs[firstRun...].reduce(0) { $0 + ($1.count - 1) * $1.packetSize + $1.lastPacketSize }
        assert(written >= Int(bytes))
        trains.append(
            PacketTrain(
                unit: unit, lastDecodeTime: lastDecodeTime, runs: Int32(firstRun)..<Int32(runs.count), packets: packets,
                bytes: bytes))
    }
}
