/// `a=fmtp:payload-type name=value; name=value` (RFC 8866 6.15, RFC 4855 3).
package struct FormatParameters: Hashable, Sendable {
    package static let attributeName = "fmtp"

    package struct Parameter: Hashable, Sendable {
        package var name: String
        /// Nil for a parameter that is a name, or a value, alone.
        package var value: String?

        package init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    /// 0...127
    package var payloadType: UInt8
    /// In the order of the text.
    package var parameters: [Parameter]

    package init(payloadType: UInt8, parameters: [Parameter]) {
        self.payloadType = payloadType
        self.parameters = parameters
    }

    /// Parses the attribute's value. A value runs to the next `;` and may hold `=`, as base64 does.
    package init?(_ value: String) {
        let words = value.split(separator: " ", maxSplits: 1)
        guard let first = words.first, let payloadType = UInt8(first), payloadType < 128 else { return nil }
        self.payloadType = payloadType
        self.parameters = []
        guard words.count == 2 else { return }
        for piece in words[1].split(separator: ";") {
            let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = pair[0].trimmed
            if !name.isEmpty {
                parameters.append(Parameter(String(name), pair.count == 2 ? String(pair[1].trimmed) : nil))
            }
        }
    }

    /// The value of a parameter; names are compared without regard to case (RFC 4855 3).
    package subscript(name: String) -> String? {
        parameters.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    package func serialize() -> String {
        let text = parameters.map { parameter in parameter.value.map { "\(parameter.name)=\($0)" } ?? parameter.name }
        return ([String(payloadType)] + (text.isEmpty ? [] : [text.joined(separator: "; ")])).joined(separator: " ")
    }

    package var attribute: Attribute { Attribute(Self.attributeName, serialize()) }
}
