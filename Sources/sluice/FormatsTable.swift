import MediaCore
import RTPPayload

/// The table of payload formats, as README has it and as `sluice formats` prints it.
enum FormatsTable {
    /// What stands before and after the table in README.
    static let begin = "<!-- formats: written by `make formats` -->"
    static let end = "<!-- /formats -->"

    /// The formats that are served.
    static func markdown(_ rows: [Offering] = Offering.all) -> String {
        let lines = rows.filter(\.isServed).map { row in
            let names = row.encodingNames.map { "`\($0)`" }.joined(separator: ", ")
            let cells = [
                row.name, "\(row.specification) \(names)", row.carriage.rawValue, "\(row.receivers)",
                notes(on: row, quote: "`"),
            ]
            return "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
        }
        return (["| codec | RTP payload format | sent | received by | notes |", "|---|---|---|---|---|"] + lines)
            .joined(separator: "\n")
    }

    /// In columns, for a terminal.
    /// - Parameter rows: all of them are shown, those that are not served with what is known about them.
    static func columns(_ rows: [Offering] = Offering.all) -> String {
        let cells = rows.map { row -> [String] in
            guard row.isServed else { return [row.name, "not served", "", "", notes(on: row)] }
            let names = row.encodingNames.joined(separator: ", ")
            return [
                row.name, "\(row.specification) \(names)", row.carriage.rawValue, "\(row.receivers)",
                notes(on: row),
            ]
        }
        let header = ["codec", "RTP payload format", "sent", "received by", "notes"]
        let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
        return ([header] + cells).map { row in
            let text = zip(row, widths).map { LoadFormat.padded($0, to: $1) }.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private static func notes(on row: Offering, quote: String = "") -> String {
        [condition(of: row, quote: quote), row.note].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private static func condition(of row: Offering, quote: String = "") -> String {
        switch row.byDefault {
        case .offered, .refused: ""
        case .nativeOnly: "few clients know it"
        case .onRequest: "only with \(quote)\(row.request.rawValue)\(quote)"
        }
    }
}
