/// `a=name` or `a=name:value` (RFC 8866 5.13).
package struct Attribute: Hashable, Sendable {
    package var name: String
    /// Nil for a property: `recvonly`.
    package var value: String?

    package init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    init(_ text: Substring) {
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        self.name = String(pieces.first ?? "")
        self.value = pieces.count == 2 ? String(pieces[1]) : nil
    }

    func serialize() -> String { value.map { "\(name):\($0)" } ?? name }
}

extension Sequence<Attribute> {
    /// The value of the first attribute called `name` (case-sensitive, RFC 8866 5.13); nil also for a property.
    package func value(_ name: String) -> String? { first { $0.name == name }?.value }
}
