import Testing

@testable import RTSP

/// The headers that are lists of tokens: Require, Proxy-Require, Unsupported, Public, Allow.
@Suite struct TokenListTests {
    @Test func readAndWrite() throws {
        #expect(try RequireHeader(parsing: "play.basic,, onvif-replay ").tags == ["play.basic", "onvif-replay"])
        #expect(RequireHeader(["a", "b"]).serialize() == "a, b")
        #expect(try ProxyRequireHeader(parsing: "a").serialize() == "a")
        #expect(try UnsupportedHeader(parsing: "a,b").serialize() == "a, b")
        let methods: [RTSP.Method] = [.options, .getParameter, .other("X-Y")]
        #expect(try PublicHeader(parsing: "OPTIONS, GET_PARAMETER,X-Y").methods == methods)
        #expect(PublicHeader(methods).serialize() == "OPTIONS, GET_PARAMETER, X-Y")
        #expect(try AllowHeader(parsing: AllowHeader(methods).serialize()) == AllowHeader(methods))
    }

    @Test func namesAreTheirOwn() {
        #expect(RequireHeader.name == "Require")
        #expect(ProxyRequireHeader.name == "Proxy-Require")
        #expect(UnsupportedHeader.name == "Unsupported")
        #expect(PublicHeader.name == "Public")
        #expect(AllowHeader.name == "Allow")
    }

    @Test(arguments: ["", ",", "a b", "a;b", "é"]) func refuse(_ text: String) {
        #expect(throws: HeaderError.self) { try RequireHeader(parsing: text) }
        #expect(throws: HeaderError.self) { try PublicHeader(parsing: text) }
    }
}
