internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// One track's way from what the reader has left to packets of the channel's format.
///
/// SAFETY: used by the read of its cursor that is under way, of which there is one at a time; hand-over goes through the locks of the pools.
final class TrackTranscoder: @unchecked Sendable {
    let options: CursorTrack
    let tap: UnitTap
    private let plan: TranscodingPlan
    /// One of them, from the first unit on.
    private var video: VideoTranscoder?
    private var audio: AudioTranscoder?
    private var packetizer: Packetizer
    /// Units that are encoded and not yet in a batch.
    private var ready = UnitQueue()
    /// The reader brings no more.
    var isSourceEnded = false
    /// Nothing follows.
    private(set) var isEnded = false
    var isEndReported = false
    private(set) var hasUnits = false
    /// Units in a row that could not be decoded, and why.
    private var failures = 0
    private(set) var lastFailure: String?
    /// There was something to decode.
    private(set) var hasInput = false
    private var floor: MediaTime?

    init(_ plan: TranscodingPlan, _ options: CursorTrack) {
        self.plan = plan
        self.options = options
        tap = UnitTap()
        packetizer = plan.format.makePacketizer(layout: options.layout, payloadType: options.payloadType)
    }

    var isVideo: Bool { plan.codec.kind == .video }

    /// Something is to be done before the reader is asked for more.
    var isBusy: Bool { !ready.isEmpty || !tap.isEmpty || isSourceEnded && !isEnded }

    /// A new position.
    func reset() {
        tap.removeAll()
        ready.removeAll()
        video = nil
        audio = nil
        (isSourceEnded, isEnded, isEndReported, hasUnits, hasInput) = (false, false, false, false, false)
        (failures, lastFailure, floor) = (0, nil, nil)
    }

    /// What is presented before `start` is not wanted.
    func begin(at start: MediaTime) { floor = start }

    /// Works off what the reader has left, until the batch is full or all is done.
    func run(_ batch: inout Batch, maximumBytes: Int, end: MediaTime?, isClosed: () -> Bool) {
        while !isClosed() {
            guard emit(into: &batch, maximumBytes) else { return }
            if isEnded { return tap.removeAll() }
            do throws(AVFailure) {
                if let waiting = tap.popFirst() {
                    try push(waiting.packet, waiting.unit, end)
                    failures = 0
                } else if isSourceEnded {
                    isEnded = true
                    try finish(end)
                    failures = 0
                } else {
                    return
                }
            } catch {
                failed(error, &batch)
            }
        }
    }

    private func failed(_ error: AVFailure, _ batch: inout Batch) {
        batch.skippedUnits += 1
        batch.skipReason = "\(error)"
        lastFailure = "\(error)"
        failures += 1
        if failures >= LibraryLimits.maximumConsecutiveFailures { isEnded = true }
    }

    private func makeEngine() throws(AVFailure) {
        if isVideo {
            video = VideoTranscoder(plan.settings)
            if let floor { video?.begin(at: floor) }
        } else {
            let framing = plan.format.sampleFraming(in: options.layout)
            audio = try AudioTranscoder(plan.settings, frame: framing?.maximumFrames ?? Self.usualFrame)
            if let floor { audio?.begin(at: floor) }
        }
    }

    /// Samples; for codecs that have a say in it, never used.
    private static let usualFrame = 960

    private func push(_ packet: borrowing Packet, _ unit: AccessUnit, _ end: MediaTime?) throws(AVFailure) {
        guard let parameters = tap.parameters else { return }
        hasInput = true
        if video == nil, audio == nil { try makeEngine() }
        try video?.push(packet, unit, parameters, end: end, into: &ready)
        try audio?.push(packet, unit, parameters, into: &ready)
    }

    private func finish(_ end: MediaTime?) throws(AVFailure) {
        try video?.finish(options.track, end: end, into: &ready)
        try audio?.finish(options.track, into: &ready)
    }

    /// Packetizes what is ready. False if the batch is full before.
    private func emit(into batch: inout Batch, _ maximumBytes: Int) -> Bool {
        while let waiting = ready.popFirst() {
            let size = waiting.packet.size
            let usual = size + size / 8 + 4_096
            let isAlone = batch.trains.isEmpty
            var room = maximumBytes - batch.buffer.writerIndex
            if isAlone { room = max(room, usual) }
            guard room > 0, write(waiting.packet, waiting.unit, min(usual, room), isAlone ? 4 * usual : room, &batch)
            else {
                ready.prepend(waiting)
                return false
            }
            hasUnits = true
        }
        return true
    }

    /// - Parameter limit: of the room that is given after `room` was too little.
    /// - Returns: false if the unit belongs in the next batch.
    private func write(
        _ packet: borrowing Packet, _ unit: AccessUnit, _ room: Int, _ limit: Int, _ batch: inout Batch
    ) -> Bool {
        var room = room
        while true {
            do throws(PacketizationError) {
                try batch.append(unit, room: room) { (output, runs, base) throws(PacketizationError) in
                    var failure: PacketizationError?
                    packet.withBytes { bytes in
                        do throws(PacketizationError) {
                            try packetizer.packetize(
                                bytes, isRandomAccessPoint: unit.isRandomAccessPoint, into: &output, runs: &runs,
                                base: base)
                        } catch {
                            failure = error
                        }
                    }
                    if let failure { throw failure }
                }
                return true
            } catch {
                guard case .outputFull = error else {
                    batch.skippedUnits += 1
                    batch.skipReason = "\(error)"
                    return true
                }
                guard room < limit else { return false }
                room = min(limit, 2 * room)
            }
        }
    }
}
