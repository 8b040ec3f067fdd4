/// Rebuilds decode times from presentation times: what a receiver can know of B-frames' reordering.
///
/// Units come in decode order and bear their presentation times. Decode times grow from unit to unit and are the same
/// set of times shifted by the reordering delay, so the decode time of the k-th unit is the k-th smallest presentation
/// time less that delay:
/// ```
/// in decode order   I0  P3  B1  B2  P6  B4  B5
/// presentation      40 160  80 120 280 200 240 ms
/// sorted            40  80 120 160 200 240 280
/// less the delay     0  40  80 120 160 200 240    (delay: the largest sorted - presentation, 120 - 80 of B1)
/// ```
/// Sorting needs only a window: no unit is displaced by more than `window` places (H.264 and H.265 allow 16 frames).
/// The delay is the least that lets no unit be presented before it is decoded; files may state one that is some frames
/// larger (x264 with two B-frames does).
struct DecodeOrder: Sendable {
    static let window = 16

    /// A unit in the order of arrival; times in nanoseconds.
    struct Unit: Hashable, Sendable {
        var presentation: Int64
        /// When its first packet came.
        var arrival: Int64
        /// When its last packet came.
        var lastArrival: Int64
    }

    private var units: [Unit] = []
    /// The presentation times of `units` and of what arrived with them, ascending.
    private var sorted: [Int64] = []
    private var last = Int64.min
    /// The farthest that a unit's presentation time lies after that of its rank: how many later units, in time, may
    /// still be presented before it.
    private var lead: Int64 = 0
    /// The reordering delay so far, in nanoseconds: the largest difference of sorted and own presentation time.
    private(set) var delay: Int64 = 0
    /// Units displaced by more than the window: their decode times are approximate.
    private(set) var misplaced = 0
    /// The usual time from unit to unit in nanoseconds, by majority vote; zero before the second unit.
    private(set) var period: Int64 = 0
    private var votes = 0

    init() {
        units.reserveCapacity(Self.window + 1)
        sorted.reserveCapacity(Self.window + 1)
    }

    /// Takes the next unit; yields the oldest one once its decode time is certain.
    /// - Returns: the unit, with its decode time *plus* the delay.
    mutating func append(_ unit: Unit) -> (unit: Unit, decode: Int64)? {
        units.append(unit)
        var index = sorted.count
        while index > 0, sorted[index - 1] > unit.presentation { index -= 1 }
        sorted.insert(unit.presentation, at: index)
        return units.count > Self.window ? takeFirst() : nil
    }

    /// After the last unit: those that are left, one a call.
    ///
    /// A stream that was cut short may lack B-frames whose later neighbours have come: what is presented after the
    /// first gap that there could be has no certain rank. To give it one would count the missing frame as lateness, and
    /// as reordering delay of the whole stream.
    /// - Parameter isComplete: the sender has ended the stream; nothing is missing.
    mutating func removeFirst(isComplete: Bool) -> (unit: Unit, decode: Int64)? {
        guard let newest = sorted.last else { return nil }
        for (unit, rank) in zip(units, sorted) { lead = max(lead, unit.presentation - rank) }
        guard isComplete || sorted[0] <= newest - lead else { return nil }
        return takeFirst()
    }

    private mutating func takeFirst() -> (unit: Unit, decode: Int64) {
        let unit = units.removeFirst()
        var decode = sorted.removeFirst()
        if decode < last {
            misplaced += 1
            decode = last
        }
        if last != .min { vote(decode - last) }
        last = decode
        delay = max(delay, decode - unit.presentation)
        lead = max(lead, unit.presentation - decode)
        return (unit, decode)
    }

    /// Boyer and Moore's majority vote; steps that differ by rounding to ticks are the same.
    private mutating func vote(_ step: Int64) {
        if votes == 0 { period = step }
        votes += (step - period).magnitude <= 100_000 ? 1 : -1
    }
}
