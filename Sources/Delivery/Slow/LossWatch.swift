import RTP

/// What the receiver reports of a viewer's streams say of its network: RFC 3550 6.4.1.
struct LossWatch: Hashable, Sendable {
    enum Verdict { case lossy, clean }

    /// Of one stream.
    private struct Streak: Hashable, Sendable {
        var lossy = 0
        var clean = 0
        var highest: UInt32?
    }

    /// By line.
    private var streaks: [Int: Streak] = [:]

    /// Takes a report about a stream; one about which nothing has come since the report before says nothing.
    /// - Returns: what to do about it; after that, reports count anew.
    mutating func received(_ report: ReceptionReport, line: Int, limits: SlowLimits) -> Verdict? {
        var streak = streaks[line] ?? Streak()
        guard streak.highest != report.extendedHighestSequenceNumber else { return nil }
        streak.highest = report.extendedHighestSequenceNumber
        let lost = Int(report.fractionLost) * 100
        streak.lossy = lost > limits.lossyPercent * 256 ? streak.lossy + 1 : 0
        streak.clean = lost < limits.cleanPercent * 256 ? streak.clean + 1 : 0
        streaks[line] = streak
        if streak.lossy >= limits.lossyReports { return settle(.lossy) }
        // Nobody is given more while another of its streams still loses.
        let isAlone = streaks.allSatisfy { $0.value.lossy == 0 }
        return streak.clean >= limits.cleanReports && isAlone ? settle(.clean) : nil
    }

    /// Another stream takes the line's place.
    mutating func forget(line: Int) { streaks[line] = nil }

    private mutating func settle(_ verdict: Verdict) -> Verdict {
        streaks = streaks.mapValues { Streak(highest: $0.highest) }
        return verdict
    }
}
