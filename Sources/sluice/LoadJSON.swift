/// A JSON value (RFC 8259), with its members in the order given.
indirect enum LoadJSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Printed with this many decimals.
    case decimal(Double, places: Int)
    case string(String)
    case array([LoadJSON])
    case object([(String, LoadJSON)])

    static func optional<Value>(_ value: Value?, _ transform: (Value) -> LoadJSON) -> LoadJSON {
        value.map(transform) ?? .null
    }

    /// Indented by two spaces a level.
    var text: String { text(indent: "") }

    private func text(indent: String) -> String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .decimal(let value, let places):
            let text = LoadFormat.fixed(value, places: places)
            return text == "-" ? "null" : text
        case .string(let value): return Self.quoted(value)
        case .array(let values):
            return Self.list(values.map { $0.text(indent: indent + "  ") }, "[", "]", indent: indent)
        case .object(let members):
            let lines = members.map { "\(Self.quoted($0.0)): \($0.1.text(indent: indent + "  "))" }
            return Self.list(lines, "{", "}", indent: indent)
        }
    }

    /// On one line.
    var line: String {
        switch self {
        case .array(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.0)):\($0.1.line)" }.joined(separator: ",") + "}"
        default: text
        }
    }

    private static func list(_ items: [String], _ open: String, _ close: String, indent: String) -> String {
        guard !items.isEmpty else { return open + close }
        let lines = items.map { "\(indent)  \($0)" }.joined(separator: ",\n")
        return "\(open)\n\(lines)\n\(indent)\(close)"
    }

    /// RFC 8259 7: quotes, backslashes and control characters are escaped.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case let scalar where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
