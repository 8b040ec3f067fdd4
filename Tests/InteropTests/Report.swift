import Foundation

/// The results' table: one row per title, client and transport.
struct Report: Sendable {
    struct Row: Sendable {
        let title: String
        let client: String
        let transport: Transport
        let frames: String
        let audio: String
        let seeks: String
        /// Empty if all was exact.
        let differences: [String]
        /// What was wrong when it was tried first, beside other clients; empty if nothing was.
        var firstDifferences: [String] = []
    }

    private(set) var rows: [Row] = []
    mutating func add(_ row: Row) { rows.append(row) }

    /// Markdown.
    var text: String {
        let ordered = rows.sorted {
            ($0.title, $0.client, $0.transport.rawValue) < ($1.title, $1.client, $1.transport.rawValue)
        }
        var lines = [
            "| title | client | transport | frames | audio units | seeks | result |", "|---|---|---|---|---|---|---|",
        ]
        lines += ordered.map { row in
            let pass = row.firstDifferences.isEmpty ? "pass" : "pass, alone"
            let result = row.differences.isEmpty ? pass : "FAIL: " + row.differences.joined(separator: "; ")
            return
                "| \(row.title) | \(row.client) | \(row.transport) | \(row.frames) | \(row.audio) | \(row.seeks) | \(result) |"
        }
        let failed = rows.count { !$0.differences.isEmpty }
        lines += ["", "\(rows.count - failed) rows pass, \(failed) fail."]
        let retried = ordered.filter { !$0.firstDifferences.isEmpty }
        if !retried.isEmpty {
            lines += ["", "Tried again alone, since beside other clients, on a busy machine, they had differed:"]
            lines += retried.map {
                "- \($0.title), \($0.client), \($0.transport): \($0.firstDifferences.joined(separator: "; "))"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Prints the table, and writes it where `SLUICE_INTEROP_REPORT` says.
    func publish() throws {
        print(text)
        if let path = Place.report { try Data(text.utf8).write(to: URL(filePath: path)) }
    }
}
