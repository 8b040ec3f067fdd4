package import MediaCore

/// Gives the units of one track decode and presentation times, whatever the container stores of them.
///
/// Units go in by `push` in the order of the file (decode order) and come out by `next` in the same order, at most
/// `maximumLookAhead` later; the caller keeps the bytes meanwhile. Decode times increase strictly, and no presentation
/// time is before its decode time. Times after a `reset` are those that the same units get when the file is read from
/// its start, as far as the stamps tell.
package struct TimestampReconstructor: Sendable {
    /// Units that are held at most.
    package static let maximumLookAhead = 16

    /// As given, and what has been learned about the track since: to be handed to other reconstructors of the track.
    package private(set) var rules: TimestampRules

    private var stored: StoredTimes

    /// - Parameters:
    ///   - timeBase: ticks of the container's stamps.
    ///   - rules: what they are worth.
    package init(codec: CodecDescription, timeBase: TimeBase, rules: TimestampRules) {
        self.rules = rules
        stored = StoredTimes(isVideo: codec.kind == .video, timeBase: timeBase, rules: rules)
    }

    /// Takes the next unit of the track in file order. `next` is to be asked until it answers nil before the next push.
    /// - Parameter bytes: as the container stores them. MPEG-4 Part 2: packed B-frames are unpacked.
    package mutating func push(_ unit: StoredUnit, bytes: RawSpan) { stored.push(unit) }

    /// The next unit in the order of `push`; nil if units that follow have to be seen first.
    package mutating func next() -> TimedUnit? { stored.next() }

    /// The track has ended: all that is held becomes ready.
    package mutating func finish() {}

    /// A seek: what is held is dropped, a new sequence begins.
    /// - Parameter start: decode time of its first unit, used if the container does not stamp it.
    package mutating func reset(to start: MediaTime = .zero) { stored.reset(to: start) }
}
