import Testing

@testable import SDP

@Suite struct LanguageTagTests {
    @Test(arguments: [
        // Bibliographic and terminological codes, and those that are short already.
        ("ger", "de"), ("deu", "de"), ("de", "de"), ("eng", "en"), ("fre", "fr"), ("fra", "fr"), ("chi", "zh"),
        ("zho", "zh"), ("scr", "hr"), ("mol", "ro"), ("ENG", "en"), ("De", "de"),
        // Languages without a short code.
        ("gsw", "gsw"), ("fil", "fil"), ("nds", "nds"), ("cmn", "cmn"),
        // What is said of no language, or several.
        ("zxx", "zxx"), ("mul", "mul"), ("qaa", "qaa"),
        // Tags.
        ("en-US", "en-US"), ("eng-us", "en-US"), ("ger-AT", "de-AT"), ("zh-hant-tw", "zh-Hant-TW"),
        ("SR-LATN-rs", "sr-Latn-RS"), ("es-419", "es-419"), ("de-DE-1996", "de-DE-1996"),
        ("sl-rozaj-1994", "sl-rozaj-1994"),
        ("en-a-BB-x-ABCD-ef", "en-a-bb-x-abcd-ef"), ("x-whatever", "x-whatever"), ("i-klingon", "i-klingon"),
    ]) func tags(name: String, text: String) {
        #expect(LanguageTag(name)?.text == text)
    }

    @Test(arguments: [
        "", "-", "und", "UND", "und-Latn", "mis", "e", "x", "i", "english", "Deutsch", "1", "12", "e1g", "```", "   ",
        "en_US", "en-", "-en", "en--US", "en-abcdefghi", "é", "日本", "eng,fra", "en\r\na=x",
        "en" + String(repeating: "-abcdefgh", count: 10),
    ])
    func `what is no tag, or says nothing`(name: String) { #expect(LanguageTag(name) == nil) }

    /// ISO 639-2 has 184 languages with a code of two letters, and 20 of them have two codes of three.
    @Test func `the table is whole`() {
        let table = LanguageCodes.table
        #expect(table.count == 184 && Set(table.values).count == 184)
        #expect(table.allSatisfy { $0.key.utf8.count == 3 && $0.value.utf8.count == 2 })
        let bibliographic = LanguageCodes.bibliographic
        #expect(bibliographic.count == 20 + 3)
        #expect(bibliographic.allSatisfy { table[$0.key] == nil && table[$0.value] != nil })
    }
}
