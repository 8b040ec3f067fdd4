import MediaCore

/// From entry to entry to the one in which a position lies, by their lengths; bounded in entries opened on the way, whole rounds at one step.
///
/// A core: who walks opens what it asks for.
struct PlaylistWalk: Sendable {
    /// Its current entry is the one that is looked at.
    private(set) var order: PlaylistOrder
    /// Where that begins on the channel's timeline.
    private(set) var offset: MediaTime
    let position: MediaTime
    private var opens = 0

    /// Entries that are opened to learn how long they are; from there on it begins anywhere.
    static let maximumOpens = 64

    enum Step: Equatable {
        /// Open the entry, note its length, and ask again.
        case open(MediaPath)
        /// Play from `start` in the entry's own time, nil for its start; if that cannot be played, note that and ask again.
        case arrive(MediaPath, offset: MediaTime, start: MediaTime?)
        /// The playlist ends before.
        case end
        /// Nothing in it lasts.
        case nothing
    }

    init(_ order: PlaylistOrder, offset: MediaTime, to position: MediaTime) {
        self.order = order
        self.offset = offset
        self.position = position
    }

    /// Of the current entry alone: whether the position is in it.
    func isInCurrent(_ lengths: PlaylistLengths) -> Bool {
        guard let path = order.current, position >= offset, case .length(let length)? = lengths[path] else {
            return false
        }
        return position < offset + length
    }

    mutating func next(_ lengths: PlaylistLengths) -> Step {
        while let path = order.current ?? order.advance() {
            switch lengths[path] {
            case nil:
                opens += 1
                guard opens <= Self.maximumOpens else { return .arrive(path, offset: position, start: nil) }
                return .open(path)
            case .unknown: return .arrive(path, offset: position, start: nil)
            case .unplayable: break
            case .length(let length):
                if position < offset + length {
                    let start = position - offset
                    return .arrive(path, offset: offset, start: start > .zero ? start : nil)
                }
                offset += length
            }
            guard order.advance() != nil else { return .end }
            guard order.isAtRoundStart, order.isEndless, let round = lengths.sum(of: order.entries) else { continue }
            guard round > .zero else { return .nothing }
            offset.nanoseconds += (position - offset).nanoseconds / round.nanoseconds * round.nanoseconds
        }
        return .end
    }

    /// The list has changed while the current entry was on the air.
    /// - Parameter lengths: say when that ended.
    mutating func edit(_ entries: [MediaPath], _ lengths: PlaylistLengths) {
        let before = order.current
        order.edit(entries)
        guard let before, order.current != before else { return }
        if case .length(let length)? = lengths[before] { offset += length }
    }
}
