internal import MediaCore

/// A program clock reference and the packet that bears it.
struct ClockMark: Hashable, Sendable {
    /// Bytes from the start of the file.
    let position: Int64
    /// Ticks of 27 MHz.
    let clock: Int64
    /// discontinuity_indicator: the clock begins anew.
    var isDiscontinuity = false
}

/// When each packet of a transport stream is due: its clock references from one discontinuity to the next (ISO/IEC 13818-1 2.4.3.5), joined
/// so that the stream goes on across each at the rate that it had before.
struct TransportTimeline: Hashable, Sendable {
    /// A stretch without discontinuity: where it begins, and when that is. NPT 0 is the file's first packet.
    private struct Stretch: Hashable {
        let first: ClockMark
        let time: MediaTime
    }

    private var stretches: [Stretch] = []
    /// Of the file's beginning: bytes that take `rateSpan`.
    let rateBytes: Int64
    let rateSpan: MediaTime

    /// More are not told apart.
    static let maximumStretches = 256
    /// References are 0.1 s apart at most (2.7.2); some files stretch that. Packets of a leap of more belong before it at their old rate.
    static let maximumSpan = MediaTime.seconds(2)

    /// - Parameters:
    ///   - start: of the file's first packet.
    ///   - first: the first reference.
    ///   - second: one that follows it without a discontinuity.
    init(start: Int64, _ first: ClockMark, _ second: ClockMark) {
        rateBytes = max(1, second.position - first.position)
        rateSpan = ProgramClock.time(max(1, ProgramClock.span(from: first.clock, to: second.clock)))
        stretches = [Stretch(first: first, time: .zero)]
        stretches = [Stretch(first: first, time: span(of: first.position - start))]
    }

    var stretchCount: Int { stretches.count }

    /// Whether the reference is in the last stretch, or behind it.
    func reaches(_ mark: ClockMark) -> Bool { stretches.last.map { $0.first.position <= mark.position } ?? true }

    /// How long `bytes` take at the rate of the file's beginning.
    func span(of bytes: Int64) -> MediaTime {
        let product = Int128(bytes) * Int128(rateSpan.nanoseconds)
        return MediaTime(nanoseconds: Int64(clamping: product / Int128(rateBytes)))
    }

    /// Of a packet with a clock reference.
    func time(_ mark: ClockMark) -> MediaTime {
        var index = stretches.endIndex - 1
        while index > 0, stretches[index].first.position > mark.position { index -= 1 }
        let stretch = stretches[index]
        return stretch.time + ProgramClock.time(ProgramClock.span(from: stretch.first.clock, to: mark.clock))
    }

    /// A discontinuity lies between two references, of which the later begins a new stretch, as long after the earlier as `span` says.
    mutating func join(_ earlier: ClockMark, _ later: ClockMark, span: MediaTime) {
        guard stretches.count < Self.maximumStretches else { return }
        precondition(stretches.allSatisfy { $0.first.position < later.position }, "stretches are found in order")
        stretches.append(Stretch(first: later, time: time(earlier) + span))
    }

    /// Whether the clock goes from one reference to the next as it goes on the whole: neither back, nor much faster than bytes come.
    func isContinuous(_ earlier: ClockMark, _ later: ClockMark) -> Bool {
        let span = ProgramClock.time(ProgramClock.span(from: earlier.clock, to: later.clock))
        let expected = self.span(of: later.position - earlier.position)
        return span <= Self.maximumSpan + MediaTime(nanoseconds: expected.nanoseconds &* 8)
    }
}
