import Library
import MediaCore
import Testing

@testable import sluice

@Suite struct CheckReportTests {
    @Test(arguments: [
        (0, 0, false, 0, "0 of 0 or more files"),
        (3, 120, false, 1, "3 of 120 or more files, 1 cannot be served"),
        (0, 0, true, 0, "0 of 0 or more files"),
        (0, 7, true, 0, "[..............................]   0% 0 of 7 files"),
        (1, 3, true, 0, "[##########....................]  33% 1 of 3 files"),
        (999, 1000, true, 2, "[#############################.]  99% 999 of 1000 files, 2 cannot be served"),
        (8, 7, true, 0, "[##############################] 100% 8 of 8 files"),
    ])
    func bar(_ done: Int, _ counted: Int, _ isCounted: Bool, _ failed: Int, _ text: String) {
        #expect(CheckReport.bar(done: done, of: counted, isCounted: isCounted, failed: failed) == text)
    }

    @Test(arguments: [
        (0, "0.00 s"), (59_999, "59.99 s"), (60_000, "1:00"), (3_599_999, "59:59"), (3_600_000, "1:00:00"),
        (360_000_000, "100:00:00"), (-5, "0.00 s"), (12_040, "12.04 s"),
    ])
    func times(_ milliseconds: Int64, _ text: String) {
        #expect(CheckFormat.time(.milliseconds(milliseconds)) == text)
    }

    @Test func theSummary() throws {
        var summary = CheckSummary()
        #expect(summary.isClean)
        #expect(summary.text(isInterrupted: false) == "0 files: none; 0.00 s in all")
        let path = try #require(MediaPath("a".utf8))
        summary.add(CheckedFile(path, unopened: .init(kind: .strayLink, text: "x")))
        summary.add(CheckedFile(path, unopened: .init(kind: .unreadable, text: "x")))
        #expect(!summary.isClean)
        #expect(
            summary.text(isInterrupted: true) == """
                2 files, then interrupted: 2 cannot be served; 0.00 s in all
                problems, by files: unreadable: 1, link out of the directory: 1
                """)
        #expect(
            summary.json(isInterrupted: true).line.hasPrefix(
                #"{"summary":{"files":2,"interrupted":true,"verdicts":{"served":0,"flawed":0,"refused":2,"notMedia":0}"#
            ))
    }
}
