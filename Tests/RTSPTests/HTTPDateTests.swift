import RTSP
import Testing

@Suite struct HTTPDateTests {
    /// Texts from `date -u`.
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_795_435_200, "Mon, 23 Nov 2026 12:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (-62_167_219_200, "Sat, 01 Jan 0000 00:00:00 GMT"),
        ] as [(Int64, String)])
    func bothWays(_ seconds: Int64, _ text: String) throws {
        #expect(HTTPDate(unixSeconds: seconds)?.serialize() == text)
        #expect(HTTPDate(text)?.unixSeconds == seconds)
    }

    @Test func everyDayOfManyYears() throws {
        for day in Int64(-30_000)...60_000 {
            let date = try #require(HTTPDate(unixSeconds: day * 86_400 + 12_345))
            #expect(HTTPDate(date.serialize()) == date)
        }
    }

    @Test(arguments: [
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994",
        "sun, 6 nov 1994 08:49:37 gmt",
    ])
    func otherForms(_ text: String) { #expect(HTTPDate(text)?.unixSeconds == 784_111_777) }

    @Test(arguments: [
        "", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 199 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 00:00:00 GMT", "Sun, 4294967296 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994 GMT",
        "Thu, 06 Nov 1994 08:49:37 GMT; length=17",
    ])
    func whatIsNone(_ text: String) { #expect(HTTPDate(text) == nil) }

    @Test func beyondTheYears() {
        #expect(HTTPDate(unixSeconds: .max) == nil)
        #expect(HTTPDate(unixSeconds: .min) == nil)
    }
}
