internal import MediaCore

/// Finding the places at which a transport stream's clock jumps.
///
/// Of small files all references are compared. In larger ones, places at equal distances are: between two whose clock went on for longer than the
/// bytes between them take elsewhere, a jump may lie, or a part with fewer bits. What exceeds is halved until one is found or nothing exceeds.
extension TransportTimeline {
    /// Files up to this many bytes are looked through for discontinuities.
    private static let scanned: Int64 = 32 << 20
    private static let places: Int64 = 64
    /// Places that halving may look at between two of these, each with a read of one block: a stream whose rate changes much has many parts that
    /// exceed, and they must not use up what the others need.
    private static let maximumLooks = 16

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

    /// Compares places at equal distances, and looks for the jumps between those that do not belong together.
    private mutating func sample(_ clocks: inout TransportClocks) throws(MediaError) {
        let file = clocks.file
        var marks: [ClockMark] = []
        for place in 0...Self.places {
            let found =
                place == Self.places
                ? try clocks.lastTwo()?.1
                : try clocks.first(at: file.start + (file.size - file.start) / Self.places * place)
            if let found, marks.last.map({ $0.position < found.position }) ?? true { marks.append(found) }
        }
        var search = JumpSearch(marks)
        for (earlier, later) in zip(marks, marks.dropFirst()) {
            search.allow(looks: Self.maximumLooks)
            var from = earlier
            while let behind = try findJump(&clocks, from, later, &search) { from = behind }
        }
    }

    /// Joins the stretches on both sides of the first jumps between two references.
    /// - Returns: a reference behind them; nil if there are none.
    private mutating func findJump(
        _ clocks: inout TransportClocks, _ earlier: ClockMark, _ later: ClockMark, _ search: inout JumpSearch
    ) throws(MediaError) -> ClockMark? {
        guard later.position > earlier.position, search.mayJump(from: earlier, to: later) else { return nil }
        let middle = earlier.position + (later.position - earlier.position) / 2
        if later.position - earlier.position > Int64(TransportFile.block), search.look(),
            let mark = try clocks.first(at: middle), mark.position < later.position
        {
            if let behind = try findJump(&clocks, earlier, mark, &search) { return behind }
            return try findJump(&clocks, mark, later, &search)
        }
        guard !search.isOver else { return nil }
        let count = stretchCount
        try scan(&clocks, from: earlier.position, to: later.position + 1)
        return stretchCount > count ? later : nil
    }
}

/// What a search for jumps goes by: how long bytes take in most of the file, and how much it may read.
private struct JumpSearch {
    /// In the middle of what places at equal distances show.
    private let bytes: Int64
    private let span: MediaTime
    private var looks = 0

    init(_ marks: [ClockMark]) {
        let parts = zip(marks, marks.dropFirst()).map { earlier, later in
            (bytes: later.position - earlier.position, span: Self.span(earlier, later))
        }.sorted {
            Int128($0.span.nanoseconds) * Int128($1.bytes) < Int128($1.span.nanoseconds) * Int128($0.bytes)
        }
        let median = parts.isEmpty ? (bytes: 1, span: .zero) : parts[parts.count / 2]
        (bytes, span) = (max(1, median.bytes), median.span)
    }

    /// So many places may be looked at from now on.
    mutating func allow(looks: Int) { self.looks = looks }

    /// Whether the clock went back, or two seconds farther than bytes usually take.
    func mayJump(from earlier: ClockMark, to later: ClockMark) -> Bool {
        let product = Int128(later.position - earlier.position) * Int128(span.nanoseconds)
        let usual = MediaTime(nanoseconds: Int64(clamping: product / Int128(bytes)))
        return Self.span(earlier, later) > usual + TransportTimeline.maximumSpan
    }

    /// False if enough has been looked at.
    mutating func look() -> Bool {
        looks -= 1
        return looks >= 0
    }

    var isOver: Bool { looks < 0 }

    private static func span(_ earlier: ClockMark, _ later: ClockMark) -> MediaTime {
        ProgramClock.time(ProgramClock.span(from: earlier.clock, to: later.clock))
    }
}
