import Foundation
import RTPPayload
import Testing

@testable import sluice

@Suite struct FormatsTableTests {
    /// `make formats` rewrites it.
    @Test func theReadmeHasTheTable() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let start = try #require(text.range(of: FormatsTable.begin + "\n"))
        let end = try #require(text.range(of: "\n" + FormatsTable.end))
        #expect(text[start.upperBound..<end.lowerBound] == FormatsTable.markdown())
    }

    @Test func onlyWhatIsServedIsInTheReadme() {
        let rows = FormatsTable.markdown().split(separator: "\n")
        #expect(rows.count == Offering.all.count(where: \.isServed) + 2)
        #expect(rows.contains { $0.hasPrefix("| H.264 | RFC 6184 `H264` | as it is | FFmpeg, GStreamer, VLC | ") })
        #expect(!rows.contains { $0.contains("lossless audio") })
    }

    @Test func columnsLineUp() throws {
        let lines = FormatsTable.columns().split(separator: "\n")
        #expect(lines.count == Offering.all.count + 1)
        let column = try #require(lines[0].range(of: "RTP payload format")).lowerBound
        let offset = lines[0].distance(from: lines[0].startIndex, to: column)
        #expect(
            lines.dropFirst().allSatisfy {
                $0.dropFirst(offset - 2).hasPrefix("  ") && $0.dropFirst(offset).first != " "
            })
        #expect(lines.contains { $0.hasPrefix("lossless audio") && $0.hasSuffix("not served") })
        for row in Offering.all where !row.note.isEmpty {
            #expect(lines.contains { $0.hasPrefix(row.name) && $0.hasSuffix(row.note) }, "\(row.name)")
        }
    }
}
