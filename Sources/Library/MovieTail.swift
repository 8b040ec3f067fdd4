internal import LibAV
internal import MediaCore

extension IndexTail {
    /// Looks at the end of an MP4's index: the last unit, its end, and how far from the time asked for a seek lands.
    /// - Returns: also the end of the last unit, on the file's timeline.
    static func ofMovie(
        _ context: inout InputContext, _ stream: StreamDescription, _ first: FirstUnits, fragmentsMayFollow: Bool
    ) -> (tail: IndexTail, end: MediaTime?) {
        let index = stream.index
        let usualStep = step(context, index, before: 1)
        // Makes the demuxer read the last fragment, if there are fragments.
        try? context.seek(stream: index, to: .max, keyUnitsOnly: false)
        let count = context.indexCount(stream: index)
        // What is cut anew has other units than the index.
        var tail = IndexTail(tellsDurations: !first.isReframed)
        guard let last = context.indexEntry(stream: index, at: count - 1), let firstDecode = first.decodeTicks else {
            return (tail, nil)
        }
        let previous = count > 1 ? context.indexEntry(stream: index, at: count - 2) : nil
        var lastStep = step(context, index, before: count - 1)
        // A demuxer that went by a `sidx` box knows the first fragment and the last: what lies between two entries may be a leap.
        if fragmentsMayFollow, usualStep > 0, lastStep / 4 > usualStep { lastStep = usualStep }
        // A unit is known by its decode time and place: of two with the same time, the last is not certain to be the
        // last.
        let isCertain = previous?.ticks != last.ticks && !fragmentsMayFollow && !first.isReframed
        tail.last = isCertain ? last : nil
        tail.lastDurationTicks = lastDuration(stream, firstDecode, last, lastStep, fragmentsMayFollow)
        // The end as presented: reordering delays it against decoding by what the first unit shows.
        let (decoded, overflow) = last.ticks.addingReportingOverflow(tail.lastDurationTicks)
        let end = MediaTime(ticks: decoded, timeBase: first.timeBase) + (first.presentation - first.decode)
        tail.findBias(&context, index, last)
        return (tail, overflow ? nil : end)
    }

    private mutating func findBias(_ context: inout InputContext, _ stream: Int, _ last: IndexEntry) {
        var packet = Packet()
        guard (try? context.seek(stream: stream, to: last.ticks, keyUnitsOnly: false)) != nil,
            (try? context.read(into: &packet)) != nil, packet.stream == stream, let landed = packet.decodeTicks
        else { return }
        // A file may claim any time.
        let (bias, overflow) = last.ticks.subtractingReportingOverflow(landed)
        guard !overflow else { return }
        seekBias = max(0, bias)
        if let next = context.indexTicks(stream: stream, after: landed) {
            let (step, overflow) = next.subtractingReportingOverflow(landed)
            if !overflow { seekBiasMargin = step - 1 }
        }
    }

    /// Ticks from one entry of the index to the next, at `position`; zero if one of them is missing.
    private static func step(_ context: borrowing InputContext, _ stream: Int, before position: Int) -> Int64 {
        guard position > 0, let later = context.indexEntry(stream: stream, at: position),
            let earlier = context.indexEntry(stream: stream, at: position - 1)
        else { return 0 }
        let (span, overflow) = later.ticks.subtractingReportingOverflow(earlier.ticks)
        return overflow ? 0 : max(0, span)
    }

    /// What the sum of all durations leaves for the last unit, or `step`, what the one before it had.
    private static func lastDuration(
        _ stream: StreamDescription, _ first: Int64, _ last: IndexEntry, _ step: Int64, _ fragmentsMayFollow: Bool
    ) -> Int64 {
        guard !fragmentsMayFollow, let total = stream.durationTicks else { return step }
        let (span, overflow) = last.ticks.subtractingReportingOverflow(first)
        guard !overflow, span >= 0, total > span else { return step }
        return total - span
    }
}
