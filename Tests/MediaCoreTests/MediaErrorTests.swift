import MediaCore
import Testing

@Suite struct MediaErrorTests {
    @Test("each error says what is wrong, and its reason if it has one")
    func descriptions() {
        let errors: [MediaError] = [
            .notFound, .forbidden, .unsupported("no track can be served"), .unreadable("EIO at 7"),
            .rangeNotSatisfiable, .overloaded("too many files"), .cancelled, .noSuchTrack("no audio track 3"),
        ]
        let texts = errors.map(\.description)
        #expect(Set(texts).count == errors.count)
        #expect(texts[2] == "no track can be served")
        #expect(texts[3].contains("EIO at 7"))
        #expect(texts[5].contains("too many files"))
        #expect(texts[7] == "no audio track 3")
    }
}
