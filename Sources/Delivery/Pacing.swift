import DequeModule
package import MediaCore

/// When packets leave: the Pacer's law for one viewer.
///
/// A unit's last packet leaves by its decode time plus one quantum. A unit of more than `burst` packets starts early, at most `lead` before
/// its decode time, at the lowest even rate that gets it and what is queued before it out in time. At most `burst` packets leave in one
/// quantum, whatever is overdue.
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

    /// What of the lead the first unit of a PLAY has at least, if it is large; it has as much more as it needs at the full burst. GStreamer takes
    /// the arrival of the first packet as its time base, so what starts long before its decode time delays all that follows.
    package var startLead: MediaTime

    package static let standard = PacingLimits(quantum: .milliseconds(2), lead: .milliseconds(300), burst: 32)

    package init(
        quantum: MediaTime, lead: MediaTime, burst: Int, goodbyeDelay: MediaTime = .seconds(1),
        startLead: MediaTime = .zero
    ) {
        precondition(quantum > .zero && lead >= .zero && burst > 0 && goodbyeDelay >= .zero && startLead >= .zero)
        self.startLead = startLead
        self.goodbyeDelay = goodbyeDelay
        self.quantum = quantum
        self.lead = lead
        self.burst = burst
    }

    /// How long before its decode time a unit that begins a PLAY leaves.
    package func leadAtStart(_ packets: Int32) -> MediaTime {
        guard isLarge(packets) else { return .zero }
        let atFullBurst = MediaTime(nanoseconds: Int64(Int(packets - 1) / burst) * quantum.nanoseconds)
        return min(lead, max(startLead, atFullBurst))
    }

    /// Whether a unit is too large to leave in one quantum.
    package func isLarge(_ packets: Int32) -> Bool { packets > burst }
}

extension PacingLimits {
    /// How many packets of `line` should leave in the quantum of `now`, the burst limit not yet applied.
    ///
    /// - Parameter departure: the delivery time of a decode time.
    package func packetsDue(_ line: DemandQueue.Line, now: MediaTime, departure: (MediaTime) -> MediaTime) -> Int {
        var due: Int64 = 0
        for waiting in line.waiting {
            if waiting.isLeftover {
                due = waiting.packetsThrough - line.packetsDeparted
                continue
            }
            let time = departure(waiting.train.unit.decodeTime)
            let through = waiting.packetsThrough - line.packetsDeparted
            if time <= now {
                due = through
                continue
            }
            guard time - lead <= now else { break }
            guard isLarge(waiting.train.packets) else { continue }
            // This quantum and those until the decode time.
            let quanta = (time - now).nanoseconds / quantum.nanoseconds + 1
            due = max(due, (through + quanta - 1) / quanta)
        }
        return Int(due)
    }

    /// The delivery time at which `packetsDue` will next be above zero; nil while the line is empty.
    package func nextDeparture(_ line: DemandQueue.Line, departure: (MediaTime) -> MediaTime) -> MediaTime? {
        guard let head = line.waiting.first else { return nil }
        if head.isLeftover { return MediaTime(nanoseconds: .min) }
        let due = departure(head.train.unit.decodeTime)
        var next = due
        for waiting in line.waiting {
            let time = departure(waiting.train.unit.decodeTime)
            if time - lead >= next { break }
            if isLarge(waiting.train.packets) { next = min(next, time - lead) }
        }
        return next
    }
}
