/// A message's header fields (RFC 2326 4.2, 5, 12): an ordered multi-map.
///
/// Names are compared without regard to case and keep their spelling. Values are text; a peer's bytes that are not
/// UTF-8 were read as Latin-1.
package struct Headers: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// In the order of the wire.
    package private(set) var fields: [Field]

    package init() { self.fields = [] }

    package var isEmpty: Bool { fields.isEmpty }
    package var count: Int { fields.count }

    /// The first value called `name`. Setting replaces all of them; nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { FieldSyntax.equal($0.name, name) }?.value }
        set {
            if let newValue { replace(name, newValue) } else { remove(name) }
        }
    }

    /// Every value called `name`, in order.
    package func values(_ name: String) -> [String] {
        fields.filter { FieldSyntax.equal($0.name, name) }.map(\.value)
    }

    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Gives `name` one value, where its first one stood or else at the end.
    package mutating func replace(_ name: String, _ value: String) {
        guard let index = fields.firstIndex(where: { FieldSyntax.equal($0.name, name) }) else {
            return append(name, value)
        }
        fields[index].value = value
        fields[(index + 1)...].removeAll { FieldSyntax.equal($0.name, name) }
    }

    package mutating func remove(_ name: String) {
        fields.removeAll { FieldSyntax.equal($0.name, name) }
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.fields = elements.map { Field(name: $0.0, value: $0.1) }
    }
}

/// A header with a type of its own: one file of `Headers/` each.
package protocol TypedHeader: Hashable, Sendable {
    /// The name, as RFC 2326 spells it.
    static var name: String { get }
    /// Parses a field's value.
    init(parsing value: String) throws(HeaderError)
    /// The field's value on the wire.
    func serialize() -> String
}

/// A header's value that breaks its grammar. Its status is 400, or the one that the RFC names for that header.
package struct HeaderError: Error, Hashable, Sendable {
    /// The header's name.
    package var header: String
    /// What is wrong, for a person.
    package var reason: String

    package init(header: String, reason: String) {
        self.header = header
        self.reason = reason
    }
}

extension HeaderError: CustomStringConvertible {
    package var description: String { "\(header): \(reason)" }
}

extension Headers {
    /// The typed header, nil if there is none. Several fields of that name are read as one list (RFC 2326 4.2 by RFC
    /// 2068 4.2).
    package func typed<Header: TypedHeader>(_ type: Header.Type) throws(HeaderError) -> Header? {
        let values = values(Header.name)
        guard !values.isEmpty else { return nil }
        return try Header(parsing: values.joined(separator: ", "))
    }

    /// Gives the typed header its one value.
    package mutating func replace<Header: TypedHeader>(_ header: Header) {
        replace(Header.name, header.serialize())
    }
}
