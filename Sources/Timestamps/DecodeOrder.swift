internal import MediaCore

/// The law of decode times: strictly increasing, and never after the presentation.
struct DecodeOrder: Sendable {
    /// The least by which two decode times differ.
    let step: MediaTime
    /// Of the unit before, as given out.
    private(set) var last: MediaTime?

    init(timeBase: TimeBase) {
        step = max(MediaTime(nanoseconds: 1), MediaTime(ticks: 1, timeBase: timeBase))
    }

    /// A new sequence begins.
    mutating func reset() { last = nil }

    /// Decode and presentation time of the next unit. A decode time that does not increase is moved by the least that
    /// makes it increase; one behind its presentation goes back to it as far as the unit before lets it; and if even
    /// that is behind, the presentation is moved.
    mutating func admit(decode: MediaTime, presentation: MediaTime) -> (decode: MediaTime, presentation: MediaTime) {
        var decode = min(decode, presentation)
        if let last, decode <= last { decode = last + step }
        last = decode
        return (decode, max(decode, presentation))
    }
}
