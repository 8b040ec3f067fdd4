import MediaCore
import TestSupport
import Testing

@testable import Delivery

@Suite struct PlaylistOrderTests {
    private func paths(_ names: String) -> [MediaPath] { names.map { FakePlaylist.path(String($0)) } }

    private func order(_ names: String, shuffled: Bool = false, endless: Bool = true, seed: UInt64 = 7) -> PlaylistOrder
    {
        PlaylistOrder(paths(names), isShuffled: shuffled, isEndless: endless, seed: seed)
    }

    private func play(_ order: inout PlaylistOrder, _ count: Int) -> String {
        (0..<count).compactMap { _ in order.advance()?.description }.joined()
    }

    @Test(
        "in order, for ever or once",
        arguments: [
            ("abc", true, 7, "abcabca"), ("abc", false, 7, "abc"), ("a", true, 3, "aaa"), ("a", false, 3, "a"),
            ("aab", true, 6, "aabaab"), ("", true, 3, ""), ("", false, 3, ""),
        ])
    func listed(names: String, endless: Bool, count: Int, expected: String) {
        var order = order(names, endless: endless)
        #expect(play(&order, count) == expected)
    }

    @Test("shuffled, a round has each once, no round repeats the last of the one before, and rounds differ")
    func shuffled() {
        for names in ["ab", "abc", "abcdefgh"] {
            for seed in 0..<50 {
                var order = order(names, shuffled: true, seed: UInt64(seed))
                var rounds: [String] = []
                for _ in 0..<20 { rounds.append(play(&order, names.count)) }
                #expect(rounds.allSatisfy { $0.sorted() == names.sorted() })
                let all = Array(rounds.joined())
                #expect(zip(all, all.dropFirst()).allSatisfy { $0 != $1 })
                if names.count > 2 { #expect(Set(rounds).count > 1) }
            }
        }
    }

    @Test("shuffled once, each comes once; what is listed twice counts once; one alone comes again and again")
    func shuffledOnce() {
        var once = order("abcab", shuffled: true, endless: false)
        #expect(play(&once, 10).sorted() == ["a", "b", "c"])
        var alone = order("aa", shuffled: true)
        #expect(play(&alone, 3) == "aaa")
    }

    @Test("a copy tells what would come, and starting again brings the same")
    func copies() {
        var order = order("abcdef", shuffled: true)
        let first = play(&order, 9)
        var copy = order
        #expect(play(&copy, 20) == play(&order, 20))
        var again = order.restarted()
        #expect(play(&again, 9) == first)
    }

    @Test(
        "after an edit it goes on behind the current entry if that is still there, else at the start",
        arguments: [
            ("abc", 2, "abxc", "xcabx"), ("abc", 2, "xac", "xacxa"), ("abc", 3, "cab", "abcab"),
            ("abc", 1, "a", "aaaaa"),
            ("abab", 3, "abacab", "cabab"), ("abc", 0, "xyz", "xyzxy"), ("abc", 1, "", ""), ("abc", 3, "abcd", "dabcd"),
        ])
    func edited(before: String, played: Int, after: String, expected: String) {
        var order = order(before)
        _ = play(&order, played)
        order.edit(paths(after))
        #expect(play(&order, 5) == expected)
    }

    @Test("once: an edit at the last entry goes on with what comes after it")
    func editedOnce() {
        var order = order("abc", endless: false)
        _ = play(&order, 3)
        order.edit(paths("abcd"))
        #expect(play(&order, 5) == "d")
    }

    @Test("an edit of a shuffled list: what is gone does not come, what is new comes in this round, nothing twice")
    func editedShuffled() {
        for seed in 0..<50 {
            var order = order("abcdef", shuffled: true, seed: UInt64(seed))
            let before = play(&order, 3)
            let left = Set("abcdef").subtracting(before)
            order.edit(paths("abcefxy"))
            let rest = play(&order, left.subtracting("d").count + 2)
            #expect(Set(rest) == left.subtracting("d").union("xy"))
            #expect(play(&order, 7).sorted() == "abcefxy".sorted())
        }
    }
}
