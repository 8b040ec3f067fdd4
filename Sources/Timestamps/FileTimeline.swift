internal import MediaCore

/// What the tracks of one file, or of one of its programmes, share where its stamps jump back: recordings joined end to end, an encoder that began
/// anew.
///
/// The first track that jumps sets by how much all that follows is moved: so far that it begins where the furthest
/// track of the file had come. The other tracks, when their stamps jump in their turn, are moved by as much, so that
/// what belongs together stays together. Jumps forward are passed on as they are.
///
/// After a seek every stamp counts as it is again: which of several recordings it belongs to cannot be told.
package struct FileTimeline: Hashable, Sendable {
    /// By how much the stamps behind each jump are moved.
    private var offsets: [MediaTime] = []
    /// Where the furthest track has come.
    private(set) var end: MediaTime?

    package init() {}

    /// No unit with a stamp has been seen.
    package var isEmpty: Bool { end == nil }

    /// A seek.
    package mutating func reset() {
        offsets.removeAll(keepingCapacity: true)
        end = nil
    }

    /// - Parameter jump: how many the track has met before.
    /// - Parameter stamp: the first stamp behind the jump.
    /// - Parameter earliest: where the track itself can go on.
    mutating func offset(ofJump jump: Int, stamp: MediaTime, earliest: MediaTime) -> MediaTime {
        let needed = earliest - stamp
        guard offsets.indices.contains(jump) else {
            let offset = max(needed, (end ?? earliest) - stamp)
            offsets.append(offset)
            return offset
        }
        // A track that begins more than half a second before the others would lie on its own past.
        if needed - offsets[jump] > StampContinuity.tolerance { offsets[jump] = needed }
        return offsets[jump]
    }

    mutating func pass(_ time: MediaTime) { end = max(end ?? time, time) }
}
