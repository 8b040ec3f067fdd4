/// A language tag of RFC 5646, as `a=lang` wants it (RFC 8866 6.12), made of whatever a container calls a language: a code of ISO 639-2 ("ger",
/// "deu"), one of ISO 639-1 ("de"), or a tag ("de-AT").
///
/// The shortest code that there is for a language is the right one (RFC 5646 2.2.1, 4.1).
package struct LanguageTag: Hashable, Sendable {
    /// "de", "de-AT", "gsw".
    package let text: String

    /// RFC 5646 2.1: subtags have at most so many characters.
    private static let maximumSubtag = 8
    /// 4.4.1 wants room for 35.
    private static let maximumLength = 64

    /// Nil for what is no tag, and for those that say that nothing is said: `und` (undetermined) and `mis` (a language without a code), which
    /// 4.1 wants left out. `zxx` (no language at all) and `mul` (several) do say something.
    package init?(_ name: String) {
        let subtags = name.split(separator: "-", omittingEmptySubsequences: false)
        guard name.utf8.count <= Self.maximumLength, let first = subtags.first,
            subtags.allSatisfy({
                (1...Self.maximumSubtag).contains($0.utf8.count) && $0.utf8.allSatisfy(Self.isAlphanumeric)
            })
        else { return nil }
        let language = first.lowercased()
        guard !Self.unsaid.contains(language), Self.isPrimary(language, isAlone: subtags.count == 1) else { return nil }
        let rest = subtags.dropFirst()
        text = ([LanguageCodes.shortest(language)] + Self.cased(rest, isPrivate: language == "x")).joined(
            separator: "-")
    }

    private static let unsaid: Set = ["und", "mis"]

    /// Two or three letters, or what begins a grandfathered or private tag. No longer ones are registered.
    private static func isPrimary(_ language: String, isAlone: Bool) -> Bool {
        guard language.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else { return false }
        return (2...3).contains(language.utf8.count) || !isAlone && ["i", "x"].contains(language)
    }

    /// RFC 5646 2.1.1: regions in upper case, scripts with a capital, all else in lower case.
    private static func cased(_ subtags: ArraySlice<Substring>, isPrivate: Bool) -> [String] {
        // What follows a single character is an extension's, or private.
        var isExtension = isPrivate
        return subtags.map { subtag in
            let lower = subtag.lowercased()
            if subtag.utf8.count == 1 { isExtension = true }
            guard !isExtension, lower.utf8.first.map({ $0 > UInt8(ascii: "9") }) == true else { return lower }
            switch lower.utf8.count {
            case 2: return lower.uppercased()
            case 4: return lower.prefix(1).uppercased() + lower.dropFirst()
            default: return lower
            }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
