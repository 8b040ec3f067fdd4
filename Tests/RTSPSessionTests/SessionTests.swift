import MediaCore
import RTSP
import RTSPSession
import Testing

@Suite struct SessionTests {
    @Test func idsAreLettersAndDigits() {
        var random = SystemRandomNumberGenerator()
        let ids = (0..<1000).map { _ in Session.makeID(using: &random) }
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(id.utf8.count == 16)
            #expect(
                id.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                })
        }
    }

    @Test func theTimeoutRunsFromTheLastSignOfLife() throws {
        var session = try SessionFixture.session()
        #expect(session.deadline == .seconds(60))
        session.touch(now: .seconds(30))
        #expect(session.deadline == .seconds(90))
        // Never earlier.
        session.touch(now: .seconds(10))
        #expect(session.deadline == .seconds(90))
    }

    @Test func theHeaderTellsTheTimeout() throws {
        #expect(try SessionFixture.session().header.serialize() == "abc123;timeout=60")
    }

    @Test func theEndMeansNothingUnlessPlaying() throws {
        var session = try SessionFixture.session()
        session.ended()
        #expect(session.state == .initial)
        session = try SessionFixture.readySession()
        session.ended()
        #expect(session.state == .ready)
    }
}
