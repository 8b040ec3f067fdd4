import MediaCore

/// Viewers of a channel on one loop who are sent what is new at the same time: as much after it was sent first as their turn has it.
final class ChannelTurn: Paced {
    var pacerSlot = PacerSlot()
    /// SAFETY: set once, by the outlet that owns its turns and is all that schedules them.
    unowned(unsafe) var outlet: ChannelOutlet?
    /// A whole number of quanta.
    let delay: MediaTime
    /// Each knows its place.
    private(set) var viewers: [ChannelViewer] = []

    /// Viewers whom a turn has before the next one has any: a few need not wait for each other.
    private static let companions = 20

    private init(delay: MediaTime) { self.delay = delay }

    /// Of a loop. More would leave too few viewers in each for their datagrams to go in one call.
    private static let most: Int64 = 20

    /// Turns within `spread`: one in each of as many equal parts of it, in each at another place.
    ///
    /// Were they evenly apart, by 20 ms, those of every second turn would get pictures of 25 a second in the same instant. The multiples of
    /// the golden ratio, modulo one, leave no period much room to meet them.
    static func all(within spread: MediaTime, quantum: MediaTime) -> [ChannelTurn] {
        let quanta = max(1, spread.nanoseconds / quantum.nanoseconds)
        let count = min(quanta, most)
        return (0..<count).map { turn in
            let part = (turn * quanta / count, (turn + 1) * quanta / count)
            let place = (part.1 - part.0) * (turn * golden % 1000) / 1000
            return ChannelTurn(delay: MediaTime(nanoseconds: (part.0 + place) * quantum.nanoseconds))
        }
    }

    /// Of 1,000: the golden ratio less one.
    private static let golden: Int64 = 618

    /// Where one who comes is to be.
    static func next(of turns: [ChannelTurn]) -> ChannelTurn {
        turns.first { $0.viewers.count < companions } ?? turns.min { $0.viewers.count < $1.viewers.count } ?? turns[0]
    }

    func add(_ viewer: ChannelViewer) {
        (viewer.turn, viewer.place) = (self, viewers.count)
        viewers.append(viewer)
    }

    func remove(_ viewer: ChannelViewer) {
        let place = viewer.place
        viewer.turn = nil
        viewers.swapAt(place, viewers.count - 1)
        viewers.removeLast()
        if place < viewers.count { viewers[place].place = place }
    }

    func departDue(now: MediaTime) -> MediaTime? {
        var next: MediaTime?
        var stalled: [ChannelViewer] = []
        var done: [ChannelViewer] = []
        for viewer in viewers {
            switch viewer.depart(now: now) {
            case .wake(let time): next = next.map { min($0, time) } ?? time
            case .wait: break
            case .stalled: stalled.append(viewer)
            case .done: done.append(viewer)
            }
        }
        outlet?.tide.trim()
        for viewer in stalled { viewer.stalled?() }
        for viewer in done { viewer.finish() }
        return viewers.isEmpty ? nil : next
    }
}
