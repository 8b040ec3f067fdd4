internal import MediaCore

/// What is to be read of a subtitle, without its markup.
enum PlainText {
    /// - Parameter cue: as the demuxer yields it; what is no UTF-8 in it is replaced.
    /// - Returns: lines without control characters; none are empty.
    static func lines(of cue: [UInt8], _ format: TextFormat) -> [String] {
        let text: String =
            switch format {
            case .plain: String(decoding: cue, as: UTF8.self)
            case .subRip: withoutTags(withoutBraces(String(decoding: cue, as: UTF8.self)))
            case .webVTT: withoutEntities(withoutTags(String(decoding: cue, as: UTF8.self)))
            case .timedText: timedText(cue)
            case .ass: ass(String(decoding: cue, as: UTF8.self))
            }
        return text.split(whereSeparator: \.isNewline).map { line in
            let scalars = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
            return String(String.UnicodeScalarView(scalars)).trimmingSpaces
        }.filter { !$0.isEmpty }
    }

    /// 3GPP TS 26.245 5.17: the length in bytes, then UTF-8, or UTF-16 behind a byte order mark; boxes follow.
    private static func timedText(_ sample: [UInt8]) -> String {
        guard sample.count > 2 else { return "" }
        let length = min(Int(sample[0]) << 8 | Int(sample[1]), sample.count - 2)
        let text = sample[2..<2 + length]
        guard text.starts(with: [0xFE, 0xFF]) else { return String(decoding: text, as: UTF8.self) }
        let units = stride(from: 4, to: 2 + length - 1, by: 2).map { UInt16(sample[$0]) << 8 | UInt16(sample[$0 + 1]) }
        return String(decoding: units, as: UTF16.self)
    }

    /// The fields before the text of a dialogue line as Matroska has it: order of reading, layer, style, name, three margins, effect.
    private static let assFields = 8

    private static func ass(_ dialogue: String) -> String {
        let fields = dialogue.split(separator: ",", maxSplits: assFields, omittingEmptySubsequences: false)
        guard fields.count == assFields + 1 else { return "" }
        var text = ""
        var isDrawing = false
        for part in fields[assFields].split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            // What stands before the first brace is text, behind each brace there are overrides up to its end.
            let halves = part.element.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            if part.offset > 0, halves.count == 2 { isDrawing = drawing(after: halves[0]) ?? isDrawing }
            if !isDrawing { text += part.offset == 0 ? part.element : halves.count == 2 ? halves[1] : "" }
        }
        for (escape, meaning) in [("\\N", "\n"), ("\\n", "\n"), ("\\h", " ")] {
            text = text.split(separator: escape, omittingEmptySubsequences: false).joined(separator: meaning)
        }
        return text
    }

    /// Whether `\p` in a group of overrides begins or ends vector graphics; nil if it is not there.
    private static func drawing(after overrides: Substring) -> Bool? {
        let scale = overrides.split(separator: "\\").last { $0.first == "p" && $0.dropFirst().first?.isNumber == true }
        return scale.map { $0.dropFirst() != "0" }
    }

    /// `{\an8}` and other overrides of ASS that SubRip files have borrowed.
    private static func withoutBraces(_ text: String) -> String {
        without(text, from: "{", to: "}") { $0.first == "\\" }
    }

    private static func withoutTags(_ text: String) -> String {
        without(text, from: "<", to: ">") { tag in
            let name = tag.first == "/" ? tag.dropFirst() : tag
            return name.first.map { $0.isLetter || $0.isNumber } ?? true
        }
    }

    /// - Parameter isMarkup: whether what stands between the two is.
    private static func without(
        _ text: String, from open: Character, to close: Character, _ isMarkup: (Substring) -> Bool
    ) -> String {
        var (kept, rest) = ("", text[...])
        while let start = rest.firstIndex(of: open), let end = rest[start...].firstIndex(of: close) {
            kept += rest[..<start]
            if !isMarkup(rest[rest.index(after: start)..<end]) { kept += rest[start...end] }
            rest = rest[rest.index(after: end)...]
        }
        return kept + rest
    }

    /// WebVTT 4.2.2: those that it names.
    private static func withoutEntities(_ text: String) -> String {
        let meanings = [
            ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{A0}"), ("&lrm;", "\u{200E}"), ("&rlm;", "\u{200F}"),
            ("&amp;", "&"),
        ]
        return meanings.reduce(text) { text, meaning in
            text.split(separator: meaning.0, omittingEmptySubsequences: false).joined(separator: meaning.1)
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let start = drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { String(start[...$0]) } ?? ""
    }
}
