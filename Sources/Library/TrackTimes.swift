internal import LibAV
internal import MediaCore
internal import Timestamps

/// Gives the units of one track their times on the title's timeline, in the order in which they are decoded. Units
/// whose times hang on those that follow wait here.
struct TrackTimes: ~Copyable {
    let source: TrackSource
    /// Position of the track in the title.
    let track: Int
    private var reconstructor: TimestampReconstructor
    private var waiting = PacketQueue()
    private var lastDurationTicks: Int64 = 0

    init(_ source: TrackSource, track: Int) {
        self.source = source
        self.track = track
        reconstructor = TimestampReconstructor(codec: source.codec, timeBase: source.timeBase, rules: source.rules)
    }

    /// The next unit begins a new sequence.
    /// - Parameter start: NPT of its first unit, used where the container does not stamp it.
    mutating func reset(to start: MediaTime) {
        waiting.removeAll()
        reconstructor.reset(to: start + source.origin)
    }

    /// Takes the unit that follows the last one in decode order. If its times are known at once, and no other unit is
    /// before it, they are the answer and `packet` keeps its bytes; else the packet is taken away and waits.
    /// - Parameters:
    ///   - next: decode ticks of the unit after it, if the container's index tells.
    ///   - timeline: shared by the tracks that are read together.
    mutating func push(_ packet: inout Packet, next: Int64?, timeline: inout FileTimeline) -> AccessUnit? {
        lastDurationTicks = duration(of: packet, next: next)
        let unit = StoredUnit(
            decodeTicks: packet.decodeTicks, presentationTicks: packet.presentationTicks,
            durationTicks: lastDurationTicks, isKey: packet.isKey, isDiscardable: packet.isDisposable)
        packet.withBytes { reconstructor.push(unit, bytes: $0, timeline: &timeline) }
        if waiting.isEmpty, let timed = reconstructor.next() { return accessUnit(timed) }
        waiting.append(packet.take())
        return nil
    }

    /// The next unit that waits and whose times are known.
    mutating func next() -> WaitingUnit? {
        guard !waiting.isEmpty, let timed = reconstructor.next(), let packet = waiting.popFirst() else { return nil }
        return WaitingUnit(packet: packet, unit: accessUnit(timed))
    }

    /// No unit follows: all that wait become known.
    mutating func finish() { reconstructor.finish() }

    private func accessUnit(_ timed: TimedUnit) -> AccessUnit {
        AccessUnit(
            track: track, decodeTime: timed.decodeTime - source.origin,
            presentationTime: timed.presentationTime - source.origin,
            duration: timed.duration, isRandomAccessPoint: source.kind != .video || timed.isRandomAccessPoint,
            isDiscardable: timed.isDiscardable)
    }

    /// The MP4 demuxer's own word on durations ignores edit lists (of the last unit) or is missing, so the index
    /// comes first. Where fragments are read as they are needed, what follows in the index need not be what follows
    /// in the file: a leap is no duration.
    private func duration(of packet: borrowing Packet, next: Int64?) -> Int64 {
        let tail = source.tail
        guard tail.tellsDurations, let stored = packet.decodeTicks else { return packet.durationTicks }
        if let next {
            let (span, overflow) = next.subtractingReportingOverflow(stored)
            let isLeap = tail.last == nil && lastDurationTicks > 0 && span / 4 > lastDurationTicks
            if !overflow, span > 0, !isLeap { return span }
        } else if tail.last?.ticks == stored {
            return tail.lastDurationTicks
        }
        return packet.durationTicks > 0 && tail.last == nil ? packet.durationTicks : lastDurationTicks
    }
}
