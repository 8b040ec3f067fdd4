/// A piece of a header's value, as UTF-8.
typealias FieldText = Substring.UTF8View

/// The grammar that header values share (RFC 2326 15.1): white space, quoted strings, lists, numbers.
///
/// Works on bytes, not on `Character`s: a combining mark after a delimiter must not hide it.
enum FieldSyntax {
    /// Without the spaces and tabs at both ends.
    static func trim(_ text: FieldText) -> FieldText {
        var text = text
        while let first = text.first, first.isLinearSpace { text.removeFirst() }
        while let last = text.last, last.isLinearSpace { text.removeLast() }
        return text
    }

    /// The pieces between `separator`s outside of quoted strings, trimmed, empty ones left out.
    static func list(_ text: FieldText, separator: UInt8) -> [FieldText] {
        var pieces: [FieldText] = []
        var start = text.startIndex
        var quoted = false
        var escaped = false
        func add(_ piece: FieldText) {
            let piece = trim(piece)
            if !piece.isEmpty { pieces.append(piece) }
        }
        for index in text.indices {
            let byte = text[index]
            if escaped {
                escaped = false
            } else if quoted, byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            } else if byte == separator, !quoted {
                add(text[start..<index])
                start = text.index(after: index)
            }
        }
        add(text[start...])
        return pieces
    }

    /// `name` or `name = value`, both trimmed; the value still quoted.
    static func parameter(_ text: FieldText) -> (name: FieldText, value: FieldText?) {
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return (trim(text), nil) }
        return (trim(text[..<equals]), trim(text[text.index(after: equals)...]))
    }

    /// The content of a quoted string, with `\x` taken as `x`; text without quotes as it is. A missing closing quote is
    /// forgiven.
    static func unquote(_ text: FieldText) -> String {
        guard text.first == UInt8(ascii: "\"") else { return string(text) }
        var bytes: [UInt8] = []
        var escaped = false
        for byte in text.dropFirst() {
            if !escaped, byte == UInt8(ascii: "\\") {
                escaped = true
            } else if !escaped, byte == UInt8(ascii: "\"") {
                break
            } else {
                bytes.append(byte)
                escaped = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func string(_ text: FieldText) -> String { String(Substring(text)) }

    /// Whether two names are the same but for the case of ASCII letters.
    static func equal(_ name: FieldText, _ other: StaticString) -> Bool {
        other.withUTF8Buffer { other in name.elementsEqual(other) { $0.asciiLowercased == $1.asciiLowercased } }
    }

    /// Whether two names are the same but for the case of ASCII letters.
    static func equal(_ name: String, _ other: String) -> Bool {
        name.utf8.count == other.utf8.count
            && name.utf8.elementsEqual(other.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Digits only, at least one; nil also if the number does not fit.
    static func unsigned<Number: FixedWidthInteger & UnsignedInteger>(_ text: FieldText) -> Number? {
        guard !text.isEmpty else { return nil }
        var number: Number = 0
        for byte in text {
            guard byte.isDigit else { return nil }
            let (tens, tensOverflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = tens.addingReportingOverflow(Number(byte - UInt8(ascii: "0")))
            guard !tensOverflow, !sumOverflow else { return nil }
            number = sum
        }
        return number
    }

    /// Whether `text` is a token (RFC 2326 15.1): header names, methods.
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isTokenByte }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isASCIILetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
    /// Space or tab.
    var isLinearSpace: Bool { self == 0x20 || self == 0x09 }
    /// C0 control characters and DEL.
    var isControl: Bool { self < 0x20 || self == 0x7F }
    var asciiLowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    /// 0...15, or nil.
    var hexDigitValue: UInt8? {
        if isDigit { return self - UInt8(ascii: "0") }
        let lower = asciiLowercased
        guard lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "f") else { return nil }
        return lower - UInt8(ascii: "a") + 10
    }

    /// RFC 2326 15.1, `token`: a visible ASCII character that is none of the `tspecials`.
    var isTokenByte: Bool {
        guard self > 0x20, self < 0x7F else { return false }
        switch self {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"),
            UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "/"),
            UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "{"), UInt8(ascii: "}"):
            return false
        default:
            return true
        }
    }
}
