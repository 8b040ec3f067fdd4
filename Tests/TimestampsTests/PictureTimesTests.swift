import MediaCore
import Testing
import Timestamps

@Suite struct PictureTimesTests {
    /// An MPEG-4 Part 2 plane: I, P, B, or a P that is not coded.
    private func plane(_ type: Character) -> [UInt8] {
        let code: UInt8 = type == "I" ? 0 : type == "B" ? 2 : 1
        return type == "-" ? [] : [0, 0, 1, 0xB6, code << 6 | 0x10, 0x60, 0, 0]
    }

    private func units(_ types: String, ticks: (Int) -> Int64? = { Int64($0) }) -> [PushedUnit] {
        types.enumerated().map { index, type in
            (StoredUnit(decodeTicks: ticks(index), presentationTicks: nil, isKey: type == "I"), plane(type))
        }
    }

    private func reconstructor(depth: Int? = nil, rules: TimestampRules = .avi) -> TimestampReconstructor {
        var rules = rules
        rules.reorderDepth = depth
        return TimestampReconstructor(
            codec: CodecDescription(codec: .mpeg4Visual, kind: .video), timeBase: TimeBase(1, 25), rules: rules)
    }

    private func frames(_ times: [TimedUnit]) -> [Int64] { times.map { $0.presentationTime.nanoseconds / 40_000_000 } }

    /// A picture that is no B is presented when the next one that is no B is decoded, a B at once.
    @Test func presentationFollowsFromTheTypes() {
        var reconstructor = reconstructor()
        let times = reconstructor.times(of: units("IPBBPBBPP"))
        #expect(frames(times) == [1, 4, 2, 3, 7, 5, 6, 8, 9])
        #expect(times.map(\.decodeTime) == (0..<9).map { .milliseconds($0 * 40) })
        #expect(reconstructor.rules.reorderDepth == 1)
    }

    @Test func withoutBsPresentationIsDecoding() {
        var reconstructor = reconstructor()
        #expect(frames(reconstructor.times(of: units("IPPPPPPPPPPPPPPPPPPPPPPP"))) == Array(0..<24))
        #expect(reconstructor.rules.reorderDepth == 0)
    }

    /// An AVI's index may call every picture a key frame.
    @Test func aPictureThatRefersToOthersIsNoKey() {
        var reconstructor = reconstructor(depth: 1)
        let units = units("IPBI").map { unit, bytes in
            (StoredUnit(decodeTicks: unit.decodeTicks, presentationTicks: nil, isKey: true), bytes)
        }
        #expect(reconstructor.times(of: units).map(\.isRandomAccessPoint) == [true, false, false, true])
    }

    /// The delay is the track's, not that of the units at hand.
    @Test func theDelayIsKnownAfterASeek() {
        var reconstructor = reconstructor(depth: 1)
        #expect(frames(reconstructor.times(of: units("IPPP") { Int64($0) + 100 })) == [101, 102, 103, 104])
    }

    /// A B where none was expected: the delay grows, the laws hold.
    @Test func aLateB() {
        var reconstructor = reconstructor()
        let times = reconstructor.times(of: units("IPPPPPPPPPPPPPPPPPPPPPPBPBPBP"))
        #expect(obeysLaws(times))
        #expect(reconstructor.rules.reorderDepth == 1)
    }

    /// Time passes in slots without a unit, and in units without a picture.
    @Test func holes() {
        var first = reconstructor(depth: 1)
        #expect(frames(first.times(of: units("IPBP") { [0, 1, 2, 5][$0] })) == [1, 5, 2, 6])
        var second = reconstructor(depth: 1)
        let times = second.times(of: units("I-PBP"))
        #expect(obeysLaws(times))
        #expect(frames(times) == [2, 1, 4, 3, 5])
    }

    /// MPEG-PS: stamps on some units; the rest is counted from them.
    @Test func stampsOnSomeUnits() {
        let ticks: [Int64?] = [0, nil, nil, nil, 4, nil, nil, nil]
        var rules = TimestampRules.mpegSystems
        rules.frameDuration = TimeBase(1, 25)
        var reconstructor = reconstructor(depth: 1, rules: rules)
        let stored = units("IPBBPBBP").enumerated().map { index, pushed -> PushedUnit in
            let presentation: [Int64?] = [1, nil, nil, nil, 7, nil, nil, nil]
            return (
                StoredUnit(decodeTicks: ticks[index], presentationTicks: presentation[index], isKey: pushed.unit.isKey),
                pushed.bytes
            )
        }
        let times = reconstructor.times(of: stored)
        #expect(frames(times) == [1, 4, 2, 3, 7, 5, 6, 8])
        #expect(times.map(\.decodeTime) == (0..<8).map { .milliseconds($0 * 40) })
    }

    /// More Bs than the look-ahead holds: the picture before them leaves in time, and the laws hold.
    @Test func moreBsThanTheLookAhead() {
        let types = "IP" + String(repeating: "B", count: 30) + "PBBP"
        var reconstructor = reconstructor(depth: 1)
        let times = reconstructor.times(of: units(types))
        #expect(times.count == types.count)
        #expect(obeysLaws(times))
    }
}
