/// Why a session description cannot be read.
package struct SDPError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// More bytes than the limit.
        case tooLong(limit: Int)
        case tooManyLines(limit: Int)
        case tooManyMedia(limit: Int)
        /// A line is not `x=value`.
        case malformedLine
        /// The first line is not `v=0`.
        case unsupportedVersion
        /// The value of this field breaks its grammar.
        case malformedField(Character)
        /// The field `o` is missing.
        case missingOrigin
    }

    package var kind: Kind
    /// The line, from 1; 0 for the text as a whole.
    package var line: Int

    package init(kind: Kind, line: Int) {
        self.kind = kind
        self.line = line
    }
}

extension SDPError: CustomStringConvertible {
    package var description: String {
        let what =
            switch kind {
            case .tooLong(let limit): "longer than \(limit) bytes"
            case .tooManyLines(let limit): "more than \(limit) lines"
            case .tooManyMedia(let limit): "more than \(limit) media descriptions"
            case .malformedLine: "not type=value"
            case .unsupportedVersion: "does not start with v=0"
            case .malformedField(let type): "malformed \(type)= field"
            case .missingOrigin: "no o= field"
            }
        return line > 0 ? "SDP line \(line): \(what)" : "SDP: \(what)"
    }
}
