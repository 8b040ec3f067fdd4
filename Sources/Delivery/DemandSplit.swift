internal import MediaCore

/// Splitting: each track gets a cursor of its own, because the file's interleaving lets one starve.
extension DemandQueue {
    /// Each line is fed by a cursor of its own.
    package var isSplit: Bool { feeds.count > 1 }

    /// Whether a track has run dry while the cursor is full of others' units, and only the file's order is to blame.
    ///
    /// Without a clock: what waits at the head of another line is due no earlier than now, so a track that is dry up to that time is late
    /// already, or will be at once. And the cursor's other units must reach farther than half of low-time beyond the dry track's: of a well
    /// interleaved file they do not, however high its bit rate (a key frame alone may fill a cursor).
    package var needsSplit: Bool {
        guard let feed = feeds.first, !isSplit, lines.count > 1, !feed.isReading, !feed.isExhausted, isFull(feed) else {
            return false
        }
        return lines.contains { line in
            guard !line.isEnded, !line.mayLack, line.waiting.isEmpty else { return false }
            return lines.contains { other in
                guard let head = other.firstOfGeneration?.unit, let until = other.queuedUntil else { return false }
                let dryUntil = line.queuedUntil ?? head.decodeTime
                return dryUntil <= head.decodeTime && until - dryUntil > Self.allowance(limits)
            }
        }
    }

    private static func allowance(_ limits: DemandLimits) -> MediaTime {
        MediaTime(nanoseconds: limits.lowTime.nanoseconds / 2)
    }

    /// Each track has a cursor of its own from now on: `Demand.cursor` is its line's index. What is queued stays; limits hold for each line.
    package mutating func split() {
        precondition(needsSplit, "there is no need to split")
        counters.splits += 1
        feeds = lines.indices.map { index in
            lastFeedID += 1
            return Feed(id: lastFeedID, lines: index..<index + 1, isExhausted: lines[index].isEnded)
        }
    }

    /// One cursor feeds all tracks again: reads of the others that are under way come too late.
    mutating func join() {
        guard isSplit else { return }
        lastFeedID += 1
        feeds = [Feed(id: lastFeedID, lines: lines.indices)]
    }
}
