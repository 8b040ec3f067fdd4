import LibAV
import MediaFixtures
import Testing

@testable import Library

@Suite struct MovieFragmentsTests {
    @Test(arguments: [
        (Fixture.plain, false), (.fastStart, false), (.fragmented, true), (.fragmentedIndexEach, true),
    ])
    func `a movie box tells whether fragments follow`(fixture: Fixture, follow: Bool) throws {
        let file = try openTitle(fixture.path).file
        #expect(MovieFragments.mayFollow(in: file, Interrupt()) == follow)
    }

    @Test func `the look at a file's boxes ends when it is interrupted`() throws {
        let file = try openTitle(Fixture.plain.path).file
        let interrupt = Interrupt()
        interrupt.setDeadline(after: 0)
        // What it says then is not used.
        #expect(MovieFragments.mayFollow(in: file, interrupt))
    }
}
