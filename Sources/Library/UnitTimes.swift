internal import LibAV
internal import MediaCore

/// Gives the units of one track their times on the title's timeline, in the order in which they are decoded.
///
/// Decode times that are absent or do not increase are moved by the least that makes them increase; presentation
/// times are the container's. This is where containers that store fewer times will have theirs reconstructed.
struct UnitTimes {
    let source: TrackSource
    /// The file's own time of NPT 0.
    let origin: MediaTime
    /// Of the unit before, as given out; nil at the start and after a seek.
    private var lastDecodeTicks: Int64?
    private var lastDurationTicks: Int64 = 0

    init(source: TrackSource, origin: MediaTime) {
        self.source = source
        self.origin = origin
    }

    /// NPT of `ticks` of the track's time base.
    func npt(_ ticks: Int64) -> MediaTime { MediaTime(ticks: ticks, timeBase: source.timeBase) - origin }

    /// Ticks of the track's time base nearest to `npt`.
    func ticks(_ npt: MediaTime) -> Int64 {
        let perSecond = Int128(source.timeBase.denominator)
        let divisor = Int128(source.timeBase.numerator) * 1_000_000_000
        let product = Int128((npt + origin).nanoseconds) * perSecond
        return Int64(clamping: (product + (product < 0 ? -divisor : divisor) / 2) / divisor)
    }

    /// The next unit begins a new sequence.
    mutating func reset() { lastDecodeTicks = nil }

    /// - Parameters:
    ///   - packet: the unit that follows the last one in decode order.
    ///   - next: decode ticks of the unit after it, if the container's index tells.
    mutating func unit(_ packet: borrowing Packet, track: Int, next: Int64?) -> AccessUnit {
        var decoded = packet.decodeTicks ?? packet.presentationTicks ?? following
        if let last = lastDecodeTicks, decoded <= last { decoded = last == .max ? last : last + 1 }
        lastDecodeTicks = decoded
        lastDurationTicks = duration(of: packet, next: next)
        return AccessUnit(
            track: track, decodeTime: npt(decoded), presentationTime: npt(packet.presentationTicks ?? decoded),
            duration: MediaTime(ticks: lastDurationTicks, timeBase: source.timeBase),
            isRandomAccessPoint: source.kind != .video || packet.isKey, isDiscardable: packet.isDisposable)
    }

    /// The MP4 demuxer's own word on durations ignores edit lists (of the last unit) or is missing, so the index
    /// comes first. Where fragments are read as they are needed, what follows in the index need not be what follows
    /// in the file: a leap is no duration.
    private func duration(of packet: borrowing Packet, next: Int64?) -> Int64 {
        if let stored = packet.decodeTicks {
            if let next {
                let (span, overflow) = next.subtractingReportingOverflow(stored)
                let isLeap = source.last == nil && lastDurationTicks > 0 && span / 4 > lastDurationTicks
                if !overflow, span > 0, !isLeap { return span }
            } else if source.last?.ticks == stored {
                return source.lastDurationTicks
            }
        }
        return packet.durationTicks > 0 && source.last == nil ? packet.durationTicks : lastDurationTicks
    }

    /// Where a unit without any time goes: behind the last one.
    private var following: Int64 {
        guard let lastDecodeTicks else { return source.firstDecodeTicks }
        return lastDecodeTicks.addingReportingOverflow(max(1, lastDurationTicks)).partialValue
    }
}
