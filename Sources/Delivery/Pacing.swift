import DequeModule
package import MediaCore

/// When packets leave: the Pacer's law for one viewer.
///
/// A unit's last packet leaves by its decode time plus one quantum. A unit of more than `burst` packets starts early, at most `lead` before
/// its decode time, at the lowest even rate that gets it and what is queued before it out in time: in steps of `step` packets as long as
/// these are a quantum or more apart, for a segmented send of sixteen packets costs little more than one of a single packet. At most `burst`
/// packets leave in one quantum, whatever is overdue.
package struct PacingLimits: Hashable, Sendable {
    /// The grid of departures.
    package var quantum: MediaTime
    /// How long before its decode time a large unit may start.
    package var lead: MediaTime
    /// Packets that may leave in one quantum.
    package var burst: Int
    /// How long after the end (last decode time + duration) a viewer over UDP gets its BYE. RTP and RTCP have ports of their own, and
    /// FFmpeg reads RTCP first and ends at the last BYE: of a client that is behind, what is still in its RTP socket would be lost.
    package var goodbyeDelay: MediaTime

    /// The most of the lead that the first unit of a PLAY has, beyond what it needs at the full burst.
    package var startLead: MediaTime
    /// Between the steps of a PLAY's first unit, if the lead permits.
    package var startInterval: MediaTime
    /// Packets of a large unit that leave together, while its even rate is no higher than that in each quantum.
    package var step: Int
    /// When something leaves, so does what is due within this time: one send for what would be several.
    package var gather: MediaTime

    package static let standard = PacingLimits(quantum: .milliseconds(2), lead: .milliseconds(300), burst: 32)

    /// - Parameters:
    ///   - step: half a burst if nil.
    ///   - startLead: `lead` if nil.
    ///   - startInterval: the default makes 8.8 Mbit/s of sixteen packets of 1,372 bytes.
    package init(
        quantum: MediaTime, lead: MediaTime, burst: Int, step: Int? = nil,
        goodbyeDelay: MediaTime = .seconds(1),
        startLead: MediaTime? = nil, startInterval: MediaTime = .milliseconds(20), gather: MediaTime = .zero
    ) {
        let startLead = startLead ?? lead
        let step = step ?? max(1, burst / 2)
        precondition(step > 0 && startInterval >= .zero)
        precondition(gather >= .zero)
        self.gather = gather
        precondition(quantum > .zero && lead >= .zero && burst > 0 && goodbyeDelay >= .zero && startLead >= .zero)
        self.startLead = startLead
        self.startInterval = startInterval
        self.step = step
        self.goodbyeDelay = goodbyeDelay
        self.quantum = quantum
        self.lead = lead
        self.burst = burst
    }

    /// How long before its decode time a unit that begins a PLAY leaves: no longer than it takes at a moderate rate, for everything else
    /// waits as long. (GStreamer takes the arrival of the first packet as its time base: what starts long before its time delays all that
    /// follows.)
    package func leadAtStart(_ packets: Int32) -> MediaTime {
        guard isLarge(packets) else { return .zero }
        let steps = Int64(Int(packets - 1) / step)
        let atFullBurst = Int64(Int(packets - 1) / burst) * quantum.nanoseconds
        let moderate = MediaTime(nanoseconds: steps * startInterval.nanoseconds)
        return min(lead, max(min(startLead, moderate), MediaTime(nanoseconds: atFullBurst)))
    }

    /// Whether a unit is too large to leave in one quantum.
    package func isLarge(_ packets: Int32) -> Bool { packets > burst }

    /// For what leaves to many at once, where each send is as many as there are viewers.
    package func forMany(gather: MediaTime) -> PacingLimits {
        var limits = self
        limits.gather = gather
        return limits
    }
}

extension PacingLimits {
    /// How many packets of `line` should leave in the quantum of `now`, the burst limit not yet applied.
    ///
    /// - Parameters:
    ///   - last: when packets of the line left last; nil if none ever did.
    ///   - departure: the delivery time of a decode time.
    package func packetsDue(
        _ line: DemandQueue.Line, now: MediaTime, last: MediaTime?, departure: (MediaTime) -> MediaTime
    ) -> Int {
        var due: Int64 = 0
        // By index: an element that is taken out is retained.
        for index in line.waiting.indices {
            let through = line.waiting[index].packetsThrough - line.packetsDeparted
            if line.waiting[index].isLeftover {
                due = through
                continue
            }
            let time = departure(line.waiting[index].train.unit.decodeTime)
            if time <= now {
                due = through
                continue
            }
            guard isLarge(line.largestUnit), time - lead <= now else { break }
            guard isLarge(line.waiting[index].train.packets), nextStep(through, until: time, last: last) <= now else {
                continue
            }
            due = max(due, min(through, max(Int64(step), evenShare(of: through, until: time, last: last, now: now))))
        }
        return Int(due)
    }

    /// Of `packets`, all of which are to be gone at `time`, those that make up for the time since the last ones left.
    private func evenShare(of packets: Int64, until time: MediaTime, last: MediaTime?, now: MediaTime) -> Int64 {
        // The first: this quantum is one of those until the decode time.
        let last = last.map { $0 >= time - lead ? $0 : now - quantum } ?? now - quantum
        let (passed, whole) = ((now - last).nanoseconds / 1000, max(1, (time - last).nanoseconds / 1000))
        return (packets * passed + whole - 1) / whole
    }

    /// When the next of `packets` leave, all of which are to be gone at `time` in steps that are evenly apart.
    private func nextStep(_ packets: Int64, until time: MediaTime, last: MediaTime?) -> MediaTime {
        let start = time - lead
        guard let last, last >= start, last < time else { return start }
        let steps = (packets + Int64(step) - 1) / Int64(step)
        return last + MediaTime(nanoseconds: (time - last).nanoseconds / steps)
    }

    /// The delivery time at which `packetsDue` will next be above zero; nil while the line is empty.
    ///
    /// - Parameters: as of `packetsDue`.
    package func nextDeparture(
        _ line: DemandQueue.Line, last: MediaTime?, departure: (MediaTime) -> MediaTime
    ) -> MediaTime? {
        guard let head = line.head else { return nil }
        if head.isLeftover { return MediaTime(nanoseconds: .min) }
        var next = departure(head.decodeTime)
        guard isLarge(line.largestUnit) else { return next }
        for index in line.waiting.indices {
            let time = departure(line.waiting[index].train.unit.decodeTime)
            if time - lead >= next { break }
            guard isLarge(line.waiting[index].train.packets) else { continue }
            let packets = line.waiting[index].packetsThrough - line.packetsDeparted
            next = min(next, nextStep(packets, until: time, last: last))
        }
        return next
    }
}

/// As `PacingLimits`, without taking the line out of the queue: that would retain what it holds, at each wake.
extension DemandQueue {
    func packetsDue(
        line: Int, _ limits: PacingLimits, now: MediaTime, last: MediaTime?, departure: (MediaTime) -> MediaTime
    ) -> Int {
        limits.packetsDue(lines.span[line], now: now, last: last, departure: departure)
    }

    func nextDeparture(
        line: Int, _ limits: PacingLimits, last: MediaTime?, departure: (MediaTime) -> MediaTime
    ) -> MediaTime? {
        limits.nextDeparture(lines.span[line], last: last, departure: departure)
    }

    func head(line: Int) -> Line.Head? { lines.span[line].head }
    func isDelivered(line: Int) -> Bool { lines.span[line].isDelivered }
}
