import MediaCore

/// Where in the tide a viewer begins, and goes on when it has fallen out.
extension ChannelViewer {
    /// The stream whose key frames the others follow: of pictures, if there are any.
    var leader: Int? {
        streams.indices.first { videoLines.contains(streams[$0].line) } ?? streams.indices.first
    }

    /// Who leads while there are no pictures, as in a playlist's entry that has none: a stream of which there has been something for so long.
    private var substitute: Int? {
        streams.indices.first { index in
            let lane = outlet.tide.lanes[streams[index].line]
            guard lane.first < lane.end else { return false }
            return lane.run(at: lane.end - 1).time - lane.run(at: lane.first).time > Self.pictureless
        }
    }

    /// Of a track that has pictures there is at least one in this time.
    private static let pictureless = MediaTime.seconds(2)

    /// Takes places if there is a unit to begin with: the newest key frame in the window, or behind `waitsFrom`.
    func takePlaces(now: MediaTime) -> Bool {
        guard var leader else { return false }
        var lane = outlet.tide.lanes[streams[leader].line]
        if lane.first == lane.end, let substitute {
            (leader, waitsFrom) = (substitute, nil)
            lane = outlet.tide.lanes[streams[leader].line]
        }
        let earliest = max(waitsFrom ?? lane.first, lane.first)
        guard earliest < lane.end,
            let key = (earliest..<lane.end).last(where: { lane.run(at: $0).beginsRandomAccess })
        else { return false }
        let begin = lane.run(at: key).time
        for index in streams.indices {
            let lane = outlet.tide.lanes[streams[index].line]
            let place =
                index == leader
                ? key : (lane.first..<lane.end).first { lane.run(at: $0).beginsUnit && lane.run(at: $0).time >= begin }
            streams[index].place = place ?? lane.end
            streams[index].phase =
                place == nil ? .joining(atRandomAccess: videoLines.contains(streams[index].line)) : .sending
            skip(to: place, index)
        }
        waitsFrom = nil
        catchUp = (now, begin)
        return true
    }

    /// Packets that were sent to others between what this viewer had and what it has next are counted.
    func skip(to place: Int?, _ index: Int) {
        guard let place else { return }
        let ordinal = outlet.tide.lanes[streams[index].line].run(at: place).ordinal
        if let expected = streams[index].ordinal, ordinal > expected {
            counters.packetsDiscarded += Int(ordinal - expected)
        }
        streams[index].ordinal = ordinal
    }
}
