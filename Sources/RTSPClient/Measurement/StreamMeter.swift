package import MediaCore
package import RTP

/// What one stream of a session has measured.
package struct StreamMeasurement: Sendable {
    package var meter: StreamMeter
    /// Packets that reached this host but found no room in the socket's buffer, those that were joined counted once;
    /// nil if nobody knows. They are among the meter's lost ones.
    package var drops: Int64?
}

/// Measures one stream as its packets come: loss, reordering, and when each access unit's first and last packet came.
///
/// An access unit is what bears one timestamp. Nothing is allocated per packet.
package struct StreamMeter: Sendable {
    package let clockRate: ClockRate
    private let epoch: MediaTime
    package private(set) var ledger = SequenceLedger()
    /// Packets, duplicates included.
    package private(set) var packets: Int64 = 0
    /// RTP packets' bytes, headers included; UDP, IP and interleaving excluded.
    package private(set) var bytes: Int64 = 0
    package private(set) var firstArrival: MediaTime?
    package private(set) var lastArrival: MediaTime?
    /// Access units of which a packet came.
    package private(set) var units = 0
    /// Packets of the largest unit.
    package private(set) var largestUnit = 0
    /// Of each unit, arrival of the first packet less decode time, up to a constant that `SessionLateness` finds: the
    /// arrival counts from the meter's epoch, the decode time from the first timestamp and without the reordering
    /// delay.
    package private(set) var differences = Histogram()
    /// The same of each unit's last packet: by pacing, what is steady of a stream whose large units start early.
    package private(set) var lastDifferences = Histogram()
    /// Of each unit of several packets, arrival of the last less arrival of the first.
    package private(set) var spread = Histogram()
    package private(set) var firstTimestamp: RTPTimestamp?
    /// What the first sender report said: a timestamp and its wall clock, in nanoseconds since the Unix epoch.
    package private(set) var senderClock: (timestamp: RTPTimestamp, wallClock: Int64)?
    /// Packets that the sender's last report counts (RFC 3550 6.4.1), wrapping.
    package private(set) var sentPackets: UInt32?

    private var order = DecodeOrder()
    private var current: (timestamp: RTPTimestamp, ticks: Int64, first: MediaTime, last: MediaTime, packets: Int)?

    /// Servers may start a unit before its decode time to spread its packets; not one of at most this many.
    package static let smallUnit = 16

    /// - Parameter epoch: what arrivals are counted from, on the clock that they are given in; close to the first of
    ///   them.
    package init(clockRate: ClockRate, epoch: MediaTime) {
        self.clockRate = clockRate
        self.epoch = epoch
    }

    /// The reordering delay found so far.
    package var reorderingDelay: MediaTime { MediaTime(nanoseconds: order.delay) }

    /// The usual time from unit to unit in decode order; zero if there is none.
    package var unitPeriod: MediaTime { MediaTime(nanoseconds: order.period) }

    /// Units are not sent in the order of their presentation, and some may not have come.
    var mayLackUnits: Bool { order.delay > 0 && ledger.lost > 0 }

    /// Accounts for a packet of `bytes` bytes.
    package mutating func receive(
        _ number: SequenceNumber, _ timestamp: RTPTimestamp, bytes count: Int, at arrival: MediaTime
    ) {
        packets += 1
        bytes += Int64(count)
        if firstArrival == nil { firstArrival = arrival }
        lastArrival = arrival
        let isNewest = ledger.receive(number) == .ahead
        if current?.timestamp == timestamp {
            current?.last = arrival
            current?.packets += 1
        } else if isNewest {
            begin(timestamp, at: arrival)
        }
    }

    /// Remembers what a sender report says of the sender's clock and count.
    package mutating func receive(_ report: SenderReport) {
        if senderClock == nil { senderClock = (report.rtpTimestamp, report.ntpTimestamp.unixNanoseconds) }
        sentPackets = report.packetCount
    }

    /// After the last packet: accounts for the units whose decode times were not certain yet.
    /// - Parameter isComplete: the sender has ended the stream; else units of the last frames may be missing, and a few
    ///   get no decode time.
    package mutating func finish(isComplete: Bool) {
        endUnit()
        current = nil
        while let next = order.removeFirst(isComplete: isComplete) { add(next.unit, decode: next.decode) }
    }

    private mutating func begin(_ timestamp: RTPTimestamp, at arrival: MediaTime) {
        var ticks: Int64 = 0
        if let current { ticks = current.ticks + Int64(current.timestamp.distance(to: timestamp)) }
        endUnit()
        if firstTimestamp == nil { firstTimestamp = timestamp }
        current = (timestamp, ticks, arrival, arrival, 1)
        units += 1
    }

    private mutating func endUnit() {
        guard let unit = current else { return }
        largestUnit = max(largestUnit, unit.packets)
        if unit.packets > 1 { spread.add(nanoseconds: (unit.last - unit.first).nanoseconds) }
        let next = order.append(
            DecodeOrder.Unit(
                presentation: nanoseconds(unit.ticks), arrival: (unit.first - epoch).nanoseconds,
                lastArrival: (unit.last - epoch).nanoseconds))
        if let next { add(next.unit, decode: next.decode) }
    }

    private mutating func add(_ unit: DecodeOrder.Unit, decode: Int64) {
        differences.add(nanoseconds: unit.arrival - decode)
        lastDifferences.add(nanoseconds: unit.lastArrival - decode)
    }

    private func nanoseconds(_ ticks: Int64) -> Int64 {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: Int64(clockRate.hertz))
        // A peer that counts whole seconds and jumps could exceed the range; 68 years are enough, also for differences.
        let bounded = min(max(seconds, -(1 << 31)), 1 << 31)
        return bounded * 1_000_000_000 + rest * 1_000_000_000 / Int64(clockRate.hertz)
    }

    /// The time from the stream's first timestamp to `other`, in microseconds; negative if that is earlier.
    func microseconds(to other: RTPTimestamp) -> Int64? {
        firstTimestamp.map { nanoseconds(Int64($0.distance(to: other))) / 1000 }
    }
}
