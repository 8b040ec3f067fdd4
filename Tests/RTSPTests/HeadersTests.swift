import Testing

@testable import RTSP

@Suite struct HeadersTests {
    @Test func comparesNamesWithoutCaseAndKeepsSpelling() {
        var headers: Headers = ["cSeQ": "1", "Via": "a", "VIA": "b"]
        #expect(headers["CSeq"] == "1")
        #expect(headers.values("via") == ["a", "b"])
        headers.replace("via", "c")
        #expect(headers == ["cSeQ": "1", "Via": "c"])
        headers["Range"] = "npt=0-"
        headers["CSEQ"] = nil
        #expect(headers == ["Via": "c", "Range": "npt=0-"])
        #expect(headers["V\u{69}a\u{301}"] == nil)
    }

    @Test func readsSeveralFieldsAsOneList() throws {
        let headers: Headers = ["Require": "a", "require": "b, c"]
        #expect(try headers.typed(RequireHeader.self) == RequireHeader(["a", "b", "c"]))
        #expect(try headers.typed(CSeqHeader.self) == nil)
    }

    @Test func namesTheHeaderInErrors() {
        let headers: Headers = ["CSeq": "x"]
        #expect { try headers.typed(CSeqHeader.self) } throws: { ($0 as? HeaderError)?.header == "CSeq" }
    }
}
