package import MediaCore

/// Which entry comes after which. A value: whoever wants to know what would come asks a copy.
package struct PlaylistOrder: Hashable, Sendable {
    package let isShuffled: Bool
    /// After the last entry comes the first again; shuffled, a new permutation.
    package let isEndless: Bool
    /// All that a round has; shuffled, each once.
    private(set) var entries: [MediaPath] = []
    /// The round under way.
    private var round: [MediaPath] = []
    /// Of the current entry in the round; -1 before the first.
    private var place = -1
    private var generator: SplitMix64
    private let seed: UInt64

    /// - Parameter seed: of the permutations.
    package init(_ entries: [MediaPath], isShuffled: Bool, isEndless: Bool, seed: UInt64) {
        self.isShuffled = isShuffled
        self.isEndless = isEndless
        self.seed = seed
        generator = SplitMix64(state: seed)
        take(entries)
        beginRound(after: nil)
    }

    /// Nil before the first and after the last.
    package var current: MediaPath? { round.indices.contains(place) ? round[place] : nil }
    package var isAtRoundStart: Bool { place == 0 }

    /// As it was before the first entry.
    package func restarted() -> PlaylistOrder {
        PlaylistOrder(entries, isShuffled: isShuffled, isEndless: isEndless, seed: seed)
    }

    /// Goes to the next entry. Nil if there is none.
    package mutating func advance() -> MediaPath? {
        if place + 1 >= round.count, isEndless, !entries.isEmpty {
            beginRound(after: current)
        }
        place = min(place + 1, round.count)
        return current
    }

    /// Another list is in force from the next entry on: that after the current one if it is still there, else the first. Shuffled, what is left
    /// of the round goes on, with what was added somewhere in it.
    package mutating func edit(_ list: [MediaPath]) {
        let (known, current) = (Set(entries), current)
        let passed = round.prefix(max(0, place)).count { $0 == current }
        take(list)
        guard isShuffled else {
            round = entries
            let places = round.indices.filter { round[$0] == current }
            place = places.isEmpty ? -1 : places[min(passed, places.count - 1)]
            return
        }
        let present = Set(entries)
        var rest = round.dropFirst(place + 1).filter { present.contains($0) }
        for added in entries where !known.contains(added) {
            rest.insert(added, at: Int.random(in: 0...rest.count, using: &generator))
        }
        round = (current.map { [$0] } ?? []) + rest
        place = current == nil ? -1 : 0
    }

    private mutating func take(_ list: [MediaPath]) {
        var seen: Set<MediaPath> = []
        entries = isShuffled ? list.filter { seen.insert($0).inserted } : list
    }

    /// Nothing comes twice in a row if there is anything else.
    private mutating func beginRound(after last: MediaPath?) {
        place = -1
        round = entries
        guard isShuffled else { return }
        round.shuffle(using: &generator)
        if round.count > 1, round[0] == last {
            round.swapAt(0, Int.random(in: 1..<round.count, using: &generator))
        }
    }
}

/// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014). A value, so that a copy brings the same numbers.
private struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
