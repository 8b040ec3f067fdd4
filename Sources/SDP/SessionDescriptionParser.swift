extension SessionDescription {
    /// Parses a description; bytes that are not UTF-8 are repaired.
    package init(parsing bytes: [UInt8], limits: SDPLimits = SDPLimits()) throws(SDPError) {
        guard bytes.count <= limits.bytes else { throw SDPError(kind: .tooLong(limit: limits.bytes), line: 0) }
        try self.init(parsing: String(decoding: bytes, as: UTF8.self), limits: limits)
    }

    /// Parses a description: lines may end in a bare LF, blank lines are skipped, NUL and CR inside of a line are
    /// spaces; their order beyond `v=` first, and what belongs to which `m=`, does not matter. Lines of other types are
    /// ignored.
    package init(parsing text: String, limits: SDPLimits = SDPLimits()) throws(SDPError) {
        guard text.utf8.count <= limits.bytes else { throw SDPError(kind: .tooLong(limit: limits.bytes), line: 0) }
        var reader = SessionDescriptionReader(limits: limits)
        var number = 0
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            guard number <= limits.lines else {
                throw SDPError(kind: .tooManyLines(limit: limits.lines), line: number)
            }
            let content = LineWriter.sanitize(String(Substring(line)))[...].trimmed
            if !content.isEmpty { try reader.read(content, number: number) }
        }
        self = try reader.finish()
    }
}

/// Collects a description's lines.
private struct SessionDescriptionReader {
    let limits: SDPLimits
    private var hasVersion = false
    private var origin: Origin?
    private var session = SessionDescription(
        origin: Origin(sessionID: 0, sessionVersion: 0, address: "0.0.0.0"), name: "")

    init(limits: SDPLimits) { self.limits = limits }

    mutating func read(_ line: Substring, number: Int) throws(SDPError) {
        let utf8 = line.utf8
        guard utf8.count >= 2, utf8[utf8.index(after: utf8.startIndex)] == UInt8(ascii: "="), utf8.first! < 0x80 else {
            throw SDPError(kind: .malformedLine, line: number)
        }
        let type = Character(Unicode.Scalar(utf8.first!))
        let value = Substring(utf8.dropFirst(2))
        guard hasVersion || (type == "v" && value == "0") else {
            throw SDPError(kind: .unsupportedVersion, line: number)
        }
        hasVersion = true
        func required<Field>(_ field: Field?) throws(SDPError) -> Field {
            if let field { return field }
            throw SDPError(kind: .malformedField(type), line: number)
        }
        switch type {
        case "o": origin = try required(Origin(value))
        case "s": session.name = String(value)
        case "t": session.time = try required(TimeDescription(value))
        case "m":
            guard session.media.count < limits.media else {
                throw SDPError(kind: .tooManyMedia(limit: limits.media), line: number)
            }
            session.media.append(try required(MediaDescription(value)))
        case "i": set(\.information, \.information, to: String(value))
        case "c": set(\.connection, \.connection, to: try required(ConnectionInformation(value)))
        case "b": append(\.bandwidths, \.bandwidths, try required(Bandwidth(value)))
        case "a": append(\.attributes, \.attributes, Attribute(value))
        default: break
        }
    }

    /// A line belongs to the last `m=` before it, or to the session.
    private mutating func set<Value>(
        _ ofSession: WritableKeyPath<SessionDescription, Value>, _ ofMedia: WritableKeyPath<MediaDescription, Value>,
        to value: Value
    ) {
        if session.media.isEmpty {
            session[keyPath: ofSession] = value
        } else {
            session.media[session.media.count - 1][keyPath: ofMedia] = value
        }
    }

    private mutating func append<Element>(
        _ ofSession: WritableKeyPath<SessionDescription, [Element]>,
        _ ofMedia: WritableKeyPath<MediaDescription, [Element]>, _ element: Element
    ) {
        if session.media.isEmpty {
            session[keyPath: ofSession].append(element)
        } else {
            session.media[session.media.count - 1][keyPath: ofMedia].append(element)
        }
    }

    consuming func finish() throws(SDPError) -> SessionDescription {
        guard hasVersion else { throw SDPError(kind: .unsupportedVersion, line: 0) }
        guard let origin else { throw SDPError(kind: .missingOrigin, line: 0) }
        session.origin = origin
        return session
    }
}

extension Substring {
    /// Without spaces, tabs and CRs at both ends.
    var trimmed: Substring {
        var utf8 = self.utf8
        while let first = utf8.first, first == 0x20 || first == 0x09 || first == 0x0D { utf8.removeFirst() }
        while let last = utf8.last, last == 0x20 || last == 0x09 || last == 0x0D { utf8.removeLast() }
        return Substring(utf8)
    }
}
