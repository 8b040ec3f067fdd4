import MediaCore

/// Where a cursor of a looped title is: in which lap, and what that has brought.
struct Lap {
    /// Where the lap's NPT 0 lies on the viewer's timeline.
    private(set) var offset = MediaTime.zero
    /// End of the last unit in the lap's own time.
    private(set) var end = MediaTime.zero
    private(set) var hasUnits = false
    /// It was begun at its start, so that all units of the title are in it.
    private(set) var isWhole = true
    /// The title has ended, and the next read begins the next lap.
    var isOver = false
    private var placing = TrainPlacing()

    /// A lap that was begun at its start and has brought nothing would bring nothing for ever.
    var mayRepeat: Bool { hasUnits || !isWhole }

    /// The next lap begins.
    mutating func next(after length: MediaTime) {
        offset += length
        (end, hasUnits, isWhole, isOver) = (.zero, false, true, false)
    }

    /// Goes to the lap in which a position lies.
    /// - Parameters:
    ///   - position: on the viewer's timeline.
    ///   - length: of a lap; nil if that is not known: then the position is in the first.
    /// - Returns: the position in the lap's own time.
    mutating func go(to position: MediaTime, length: MediaTime?) -> MediaTime {
        self = Lap()
        if let length, length > .zero, position >= length {
            offset.nanoseconds = position.nanoseconds / length.nanoseconds * length.nanoseconds
        }
        isWhole = position == offset
        return position - offset
    }

    /// Moves a train to the viewer's timeline.
    mutating func place(_ train: inout PacketTrain) {
        hasUnits = true
        end = max(end, placing.place(&train, at: offset))
    }
}
