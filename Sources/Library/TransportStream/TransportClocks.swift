internal import LibAV
internal import MediaCore

/// Finds the clock references of a transport stream's first programme.
struct TransportClocks {
    let file: TransportFile
    let program: TransportProgram
    private let interrupt: Interrupt
    private var scratch: [UInt8] = []

    /// Bytes within which a reference is looked for: 0.1 s of 640 Mbit/s (ISO/IEC 13818-1 2.7.2).
    private static let searched: Int64 = 8 << 20

    init(_ file: TransportFile, _ program: TransportProgram, _ interrupt: Interrupt) {
        (self.file, self.program, self.interrupt) = (file, program, interrupt)
    }

    /// Calls `body` with each reference from `position` on, before `end`; false ends it.
    mutating func visit(
        from position: Int64, to end: Int64, _ body: (ClockMark) -> Bool
    ) throws(MediaError) {
        var position = file.aligned(position)
        let clockPID = program.clock
        var isWanted = true
        while isWanted, position < end {
            guard !interrupt.isFired else { throw .cancelled }
            let more = try file.readBlock(at: &position, scratch: &scratch) { bytes, offset, place in
                guard place < end else {
                    isWanted = false
                    return false
                }
                if let packet = TransportPacket(bytes, at: offset), packet.identifier == clockPID,
                    let clock = packet.clock
                {
                    isWanted = body(
                        ClockMark(position: place, clock: clock, isDiscontinuity: packet.isDiscontinuity))
                }
                return isWanted
            }
            if !more { return }
        }
    }

    /// The first reference at or after `position`; nil if there is none near.
    mutating func first(at position: Int64) throws(MediaError) -> ClockMark? {
        var found: ClockMark?
        try visit(from: position, to: position + Self.searched) { mark in
            found = mark
            return false
        }
        return found
    }

    /// The last two references of the file.
    mutating func lastTwo() throws(MediaError) -> (ClockMark, ClockMark)? {
        var window = Int64(256 << 10)
        while true {
            var last: (ClockMark?, ClockMark?) = (nil, nil)
            try visit(from: file.size - window, to: .max) { mark in
                last = (last.1, mark)
                return true
            }
            if case (let earlier?, let later?) = last { return (earlier, later) }
            guard window < Self.searched, window < file.size else { return nil }
            window *= 4
        }
    }
}

extension TransportTimeline {
    /// Files up to this many bytes are looked through for discontinuities; of larger ones, places at equal distances are compared.
    private static let scanned: Int64 = 32 << 20
    private static let places: Int64 = 64

    /// Nil if the file has no two references that belong together.
    static func find(_ clocks: inout TransportClocks) throws(MediaError) -> TransportTimeline? {
        guard var timeline = try begin(&clocks) else { return nil }
        let file = clocks.file
        if file.size <= scanned {
            try timeline.scan(&clocks, from: file.start, to: .max)
        } else {
            try timeline.sample(&clocks)
        }
        return timeline
    }

    private static func begin(_ clocks: inout TransportClocks) throws(MediaError) -> TransportTimeline? {
        var timeline: TransportTimeline?
        var last: ClockMark?
        let start = clocks.file.start
        try clocks.visit(from: start, to: start + scanned) { mark in
            if let earlier = last, !mark.isDiscontinuity {
                let span = ProgramClock.time(ProgramClock.span(from: earlier.clock, to: mark.clock))
                // What precedes may belong to other clocks; its time is reckoned by this rate.
                if span > .zero, span <= maximumSpan {
                    timeline = TransportTimeline(start: start, earlier, mark)
                    return false
                }
            }
            last = mark
            return true
        }
        return timeline
    }

    /// Compares all references in a part of the file.
    private mutating func scan(
        _ clocks: inout TransportClocks, from start: Int64, to end: Int64
    ) throws(MediaError) {
        var timeline = self
        var last: ClockMark?
        var span = rateSpan
        var bytes = rateBytes
        try clocks.visit(from: start, to: end) { mark in
            guard timeline.reaches(mark) else { return true }
            defer { last = mark }
            guard let earlier = last else { return true }
            let between = ProgramClock.time(ProgramClock.span(from: earlier.clock, to: mark.clock))
            if mark.isDiscontinuity || !timeline.isContinuous(earlier, mark) {
                let product = Int128(span.nanoseconds) * Int128(mark.position - earlier.position)
                timeline.join(earlier, mark, span: MediaTime(nanoseconds: Int64(clamping: product / Int128(bytes))))
            } else if between > .zero {
                (span, bytes) = (between, max(1, mark.position - earlier.position))
            }
            return true
        }
        self = timeline
    }

    /// Compares places at equal distances, and looks for the discontinuity between two that do not belong together.
    private mutating func sample(_ clocks: inout TransportClocks) throws(MediaError) {
        let file = clocks.file
        guard var last = try clocks.first(at: file.start) else { return }
        for place in 1...Self.places {
            let found =
                place == Self.places
                ? try clocks.lastTwo()?.1
                : try clocks.first(at: file.start + (file.size - file.start) / Self.places * place)
            guard let next = found, next.position > last.position else { continue }
            // Each search finds one; of more than a few in one part of the file the rest stays unknown.
            for _ in 0..<8 where !isContinuous(last, next) {
                guard let later = try findJump(&clocks, last, next) else { break }
                last = later
            }
            last = next
        }
    }

    /// Joins the stretches on both sides of the first discontinuity between two references.
    /// - Returns: the reference behind it; nil if there is none.
    private mutating func findJump(
        _ clocks: inout TransportClocks, _ earlier: ClockMark, _ later: ClockMark
    ) throws(MediaError) -> ClockMark? {
        var (low, high) = (earlier, later)
        while high.position - low.position > Int64(TransportFile.block) {
            let middle = low.position + (high.position - low.position) / 2
            guard let mark = try clocks.first(at: middle), mark.position < high.position else { break }
            if !isContinuous(low, mark) {
                high = mark
            } else if !isContinuous(mark, high) {
                low = mark
            } else {
                return nil
            }
        }
        let count = stretchCount
        try scan(&clocks, from: low.position, to: high.position + 1)
        return stretchCount > count ? high : nil
    }
}
