import Testing

@testable import RTSP

/// The headers that are one value: CSeq, Session, Blocksize, Scale, Speed.
@Suite struct ScalarHeaderTests {
    private func readsAndWrites<Header: TypedHeader>(_ text: String, _ header: Header, _ written: String) throws {
        #expect(try Header(parsing: text) == header)
        #expect(header.serialize() == written)
        #expect(try Header(parsing: written) == header)
    }

    private func refuses<Header: TypedHeader>(_ type: Header.Type, _ texts: String...) {
        for text in texts {
            #expect(throws: HeaderError.self, "\(text)") { try Header(parsing: text) }
        }
    }

    @Test func cseq() throws {
        try readsAndWrites(" 007 ", CSeqHeader(7), "7")
        try readsAndWrites("4294967295", CSeqHeader(.max), "4294967295")
        refuses(CSeqHeader.self, "", "4294967296", "-1", "1 2", "1, 2", "0x1", "٣")
    }

    @Test func session() throws {
        try readsAndWrites(" A$-1 ; Timeout = 60 ", SessionHeader(id: "A$-1", timeout: 60), "A$-1;timeout=60")
        try readsAndWrites("ABCDEF12", SessionHeader(id: "ABCDEF12"), "ABCDEF12")
        try readsAndWrites("A;timeout=x;other", SessionHeader(id: "A"), "A")
        try readsAndWrites("A;timeout=4294967296", SessionHeader(id: "A"), "A")
        refuses(SessionHeader.self, "", ";timeout=60", "A B", "A\u{1}", "é", String(repeating: "A", count: 257))
    }

    @Test func blocksize() throws {
        try readsAndWrites("1372", BlocksizeHeader(bytes: 1372), "1372")
        refuses(BlocksizeHeader.self, "", "x", "4294967296", "-1")
    }

    @Test func scale() throws {
        try readsAndWrites("1.000000", .normal as ScaleHeader, "1")
        try readsAndWrites("-2.5", ScaleHeader(thousandths: -2_500), "-2.5")
        try readsAndWrites("0,125", ScaleHeader(thousandths: 125), "0.125")
        try readsAndWrites("+2", ScaleHeader(thousandths: 2_000), "2")
        refuses(ScaleHeader.self, "", "-", ".", "--1", "x", "9223372036854775807", "1.0x", "nan")
    }

    @Test func speed() throws {
        try readsAndWrites("2.5", SpeedHeader(thousandths: 2_500), "2.5")
        refuses(SpeedHeader.self, "", "-1", "x", "99999999999999999999")
    }
}
