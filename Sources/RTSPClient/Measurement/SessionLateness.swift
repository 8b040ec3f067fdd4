import MediaCore
package import RTP

/// The zero points of a session's streams: at which difference of arrival and decode time a unit is neither early nor
/// late.
///
/// A receiver knows decode times only up to a constant. The smallest difference of the session shows it, as long as no
/// unit was sent early; but servers do start large units early (here by up to 300 ms, with everything queued before
/// them), and then the smallest would make all others look late. So, in this order:
/// 1. A stream without large units (audio; video of a low bit rate) has its own smallest difference as zero: nothing of
///    it is sent early.
/// 2. A stream with large units shares the timeline of one without: both their timestamps at the start of the PLAY are
///    in RTP-Info, so the zero of one is that of the other, the reordering delay taken off.
/// 3. Alone, it is held against the sender's clock, if that is also the receiver's: an SR names the wall clock of a
///    timestamp.
/// 4. Else against itself: however early units start, they end by their decode times, so the most usual difference of
///    last packets is zero.
///
/// In 2 and 3 the reordering delay may be some whole frames larger than `DecodeOrder` can see. The usual difference of
/// last packets tells how many; it has to be right to half a frame only.
///
/// A stream that reorders and has lost packets may lack whole units; the ranks of those around them are then wrong by a
/// frame, and with them the smallest difference and the reordering delay. There the usual difference decides.
///
/// In each the constant part of all delays (the network's shortest way, a server that is late from the first packet to
/// the last) is not seen; `clockOffset` shows it where clocks can be compared.
package struct SessionLateness: Sendable {
    package enum Source: String, Hashable, Sendable {
        case ownUnits = "own units"
        case otherStream = "other stream"
        case senderClock = "sender's clock"
        case usualUnits = "usual units"
    }

    package struct Zero: Hashable, Sendable {
        /// To be taken off a stream's differences, in microseconds.
        package var difference: Int32
        package var source: Source
    }

    /// One per stream; nil for a stream that brought no unit.
    package private(set) var zeros: [Zero?]
    /// How far the zero lies behind the sender's own clock, in microseconds: the constant part of the lateness, from
    /// streams of the first kind.
    package private(set) var clockOffset: Int32?

    /// - Parameters:
    ///   - streams: finished meters with one common epoch.
    ///   - starts: each stream's `rtptime` of RTP-Info.
    ///   - wallClock: nanoseconds since the Unix epoch at the meters' epoch, if the sender runs on the same host; else
    ///     nil.
    package init(_ streams: [StreamMeter], starts: [RTPTimestamp?], wallClock: Int64?) {
        precondition(streams.count == starts.count)
        var origin: (delay: Int64, microseconds: Int64)?
        var offset: Int32?
        zeros = Array(repeating: nil, count: streams.count)
        for (index, stream) in streams.enumerated() where stream.largestUnit <= StreamMeter.smallUnit {
            guard let least = stream.mayLackUnits ? stream.differences.usual : stream.differences.minimum else {
                continue
            }
            zeros[index] = Zero(difference: least, source: .ownUnits)
            let delay = stream.reorderingDelay.nanoseconds / 1000
            // The start of the PLAY on the arrivals' clock; a stream without reordering knows it best.
            if let start = starts[index].flatMap({ stream.microseconds(to: $0) }),
                origin.map({ delay < $0.delay }) ?? true
            {
                origin = (delay, Int64(least) + start + delay)
            }
            if offset == nil, let announced = Self.senderZero(stream, wallClock: wallClock) {
                offset = Int32(clamping: Int64(least) - announced)
            }
        }
        clockOffset = offset
        for (index, stream) in streams.enumerated() where zeros[index] == nil {
            zeros[index] = Self.zero(
                of: stream, start: starts[index], origin: origin?.microseconds, wallClock: wallClock)
        }
    }

    /// The zero of a stream with large units.
    private static func zero(
        of stream: StreamMeter, start: RTPTimestamp?, origin: Int64?, wallClock: Int64?
    ) -> Zero? {
        guard let usual = stream.lastDifferences.usual else { return nil }
        if let origin, let toStart = start.flatMap({ stream.microseconds(to: $0) }) {
            let delay = stream.reorderingDelay.nanoseconds / 1000
            let difference = correct(origin - toStart - delay, usual: usual, stream)
            return Zero(difference: difference, source: .otherStream)
        }
        if let announced = senderZero(stream, wallClock: wallClock) {
            return Zero(difference: correct(announced, usual: usual, stream), source: .senderClock)
        }
        return Zero(difference: usual, source: .usualUnits)
    }

    /// The zero that a stream's sender report states, in microseconds.
    private static func senderZero(_ stream: StreamMeter, wallClock: Int64?) -> Int64? {
        guard let wallClock, let clock = stream.senderClock, let toReport = stream.microseconds(to: clock.timestamp)
        else {
            return nil
        }
        return (clock.wallClock - wallClock) / 1000 - toReport - stream.reorderingDelay.nanoseconds / 1000
    }

    /// Takes off the whole frames by which the file's reordering delay exceeds the least one, and adds those by which
    /// missing units have made it seem longer than it is.
    private static func correct(_ zero: Int64, usual: Int32, _ stream: StreamMeter) -> Int32 {
        let period = stream.unitPeriod.nanoseconds / 1000
        let excess = zero - Int64(usual)
        guard period > 0, excess > 0 || stream.mayLackUnits else { return Int32(clamping: zero) }
        let half = excess < 0 ? -period / 2 : period / 2
        return Int32(clamping: zero - (excess + half) / period * period)
    }
}
