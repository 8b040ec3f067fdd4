import Testing

@testable import sluice

@Suite struct LoadFormatTests {
    @Test(
        arguments: [
            (1.005, 1, "1.0"), (0, 2, "0.00"), (-0.26, 1, "-0.3"), (12.5, 0, "13"), (0.0499, 3, "0.050"),
            (.infinity, 1, "-"), (.nan, 1, "-"), (1e300, 1, "-"),
        ] as [(Double, Int, String)])
    func fixed(value: Double, places: Int, text: String) {
        #expect(LoadFormat.fixed(value, places: places) == text)
    }

    @Test func jsonIsEscapedAndIndented() {
        let json = LoadJSON.object([
            ("a\"b\\\n", .string("\u{1}é")), ("n", .null), ("l", .array([.integer(1), .bool(false)])),
            ("e", .array([])), ("d", .decimal(.nan, places: 2)),
        ])
        #expect(
            json.text == """
                {
                  "a\\"b\\\\\\u000a": "\\u0001é",
                  "n": null,
                  "l": [
                    1,
                    false
                  ],
                  "e": [],
                  "d": null
                }
                """)
    }
}
