internal import LibAV
internal import MediaCore

/// Transport packets that have been read and not sent, each with its time: between two clock references packets are evenly spread, for
/// the rate is constant there (ISO/IEC 13818-1 2.4.2.2).
///
/// Packets are counted from where reading began; bytes of the file that are no packet take no time.
struct TransportWindow {
    private let source: TransportStreamSource
    /// Whole packets.
    private var packets: [UInt8] = []
    /// Bytes of them that have been sent, or are not wanted.
    private var head = 0
    /// Of the first packet in `packets`.
    private var firstNumber: Int64 = 0
    /// Those that the times of packets from `head` on are reckoned by.
    private var marks: [Mark] = []
    private var lastMark: ClockMark?
    /// What is added to the timeline's times, behind a discontinuity that it does not know.
    private var correction = MediaTime.zero
    /// Of the file, where the next block begins.
    private var position: Int64
    private var isAtEnd = false
    private var scratch: [UInt8] = []

    /// A packet with a clock reference.
    private struct Mark {
        let number: Int64
        let time: MediaTime
    }

    /// A reference farther away than this is not waited for.
    private static let maximumBytes = 4 << 20

    /// - Parameters:
    ///   - place: of the first packet that is wanted, in the file.
    ///   - reference: of a clock reference before it, from which times are reckoned; nil if there is none.
    /// - Throws: `.unreadable`.
    init(_ source: TransportStreamSource, at place: Int64, reference: Int64? = nil) throws(MediaError) {
        self.source = source
        position = min(reference ?? place, place)
        while !isAtEnd, position <= place { try load(from: place) }
    }

    /// Packets at hand whose times are known, or will be no better.
    private var count: Int { (packets.count - head) / TransportPacket.size }
    private var number: Int64 { firstNumber + Int64(head / TransportPacket.size) }

    /// Reads until `wanted` packets are at hand and the first one's time is known.
    /// - Returns: how many are there, fewer at the end of the file alone.
    /// - Throws: `.unreadable`.
    mutating func fill(_ wanted: Int) throws(MediaError) -> Int {
        while !isAtEnd, count < wanted || !isTimed, packets.count - head < Self.maximumBytes { try load(from: 0) }
        return min(wanted, count)
    }

    private var isTimed: Bool { marks.count > 1 && marks[marks.count - 1].number > number }

    /// When the packet that is `ahead` of the first one is due.
    func time(ahead: Int = 0) -> MediaTime {
        let number = self.number + Int64(ahead)
        guard marks.count > 1 else {
            let mark = marks.first ?? Mark(number: 0, time: .zero)
            return mark.time + source.timeline.span(of: (number - mark.number) * Int64(source.file.stride))
        }
        // The last pair serves for what follows it, the first one for what precedes it.
        var later = 1
        while later < marks.count - 1, marks[later].number <= number { later += 1 }
        let (from, to) = (marks[later - 1], marks[later])
        let span = Int128((to.time - from.time).nanoseconds) * Int128(number - from.number)
        return from.time + MediaTime(nanoseconds: Int64(clamping: span / Int128(max(1, to.number - from.number))))
    }

    /// The first `count` packets.
    func withPackets<Result, Failure: Error>(
        _ count: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(packets.span.bytes.extracting(head..<head + count * TransportPacket.size))
    }

    mutating func removeFirst(_ count: Int) {
        head += count * TransportPacket.size
        while marks.count > 2, marks[1].number <= number { marks.removeFirst() }
        guard head == packets.count || head >= Self.maximumBytes / 16 else { return }
        firstNumber = number
        packets.removeFirst(head)
        head = 0
    }

    /// Reads one block.
    /// - Parameter place: packets before this place of the file are not wanted.
    private mutating func load(from place: Int64) throws(MediaError) {
        // Swift's rules of exclusive access: the closure writes all but these.
        var position = position
        var scratch = scratch
        self.scratch = []
        defer { (self.position, self.scratch) = (position, scratch) }
        isAtEnd = try !source.file.readBlock(at: &position, scratch: &scratch) { bytes, offset, at in
            let packet = bytes.extracting(offset..<offset + TransportPacket.size)
            if let parsed = TransportPacket(packet, at: 0), parsed.identifier == source.program.clock,
                let clock = parsed.clock
            {
                note(ClockMark(position: at, clock: clock, isDiscontinuity: parsed.isDiscontinuity))
            }
            if at < place {
                firstNumber += 1
            } else {
                packet.withUnsafeBytes { packets += $0 }
            }
            return true
        }
    }

    /// The packet that comes next bears a clock reference.
    private mutating func note(_ mark: ClockMark) {
        let number = firstNumber + Int64(packets.count / TransportPacket.size)
        var time = source.timeline.time(mark) + correction
        if let last = marks.last, let lastMark {
            let isLeap =
                time - last.time > TransportTimeline.maximumSpan && !source.timeline.isContinuous(lastMark, mark)
            if time < last.time || isLeap {
                // As long after the last reference as its packets take at the rate before.
                let expected = self.time(ahead: Int(number - self.number))
                correction += expected - time
                time = expected
            }
        }
        lastMark = mark
        marks.append(Mark(number: number, time: time))
    }
}
