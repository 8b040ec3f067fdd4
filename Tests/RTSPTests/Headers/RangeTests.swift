import Testing

@testable import RTSP

@Suite struct RangeTests {
    static let cases: [(String, RangeHeader, String)] = [
        ("npt=now-", RangeHeader(npt: NPTRange(start: .now)), "npt=now-"),
        ("npt=0-", RangeHeader(npt: NPTRange(start: 0)), "npt=0-"),
        ("npt=0.000-", RangeHeader(npt: NPTRange(start: 0)), "npt=0-"),
        ("NPT = 10.5 - 20", RangeHeader(npt: NPTRange(start: 10_500_000_000, end: 20_000_000_000)), "npt=10.5-20"),
        ("npt=-20", RangeHeader(npt: NPTRange(start: nil, end: .time(nanoseconds: 20_000_000_000))), "npt=-20"),
        ("npt=1,5-", RangeHeader(npt: NPTRange(start: 1_500_000_000)), "npt=1.5-"),
        ("npt=5", RangeHeader(npt: NPTRange(start: 5_000_000_000)), "npt=5-"),
        (
            "npt=1:02:03.4-now", RangeHeader(npt: NPTRange(start: .time(nanoseconds: 3_723_400_000_000), end: .now)),
            "npt=3723.4-now"
        ),
        (
            "npt=0.123456789123-9223372036.854775807",
            RangeHeader(npt: NPTRange(start: 123_456_789, end: Int64.max)), "npt=0.123456789-9223372036.854775807"
        ),
        (
            "npt=0-12.04;time=19970123T143720Z",
            RangeHeader(.npt(NPTRange(start: 0, end: 12_040_000_000)), time: "19970123T143720Z"),
            "npt=0-12.04;time=19970123T143720Z"
        ),
        (
            "clock=19961108T142300Z-19961108T143520Z",
            RangeHeader(.other(unit: "clock", "19961108T142300Z-19961108T143520Z")),
            "clock=19961108T142300Z-19961108T143520Z"
        ),
        ("SMPTE-25=10:07:00-", RangeHeader(.other(unit: "smpte-25", "10:07:00-")), "smpte-25=10:07:00-"),
    ]

    @Test(arguments: cases.indices) func readsAndWrites(_ index: Int) throws {
        let (text, header, written) = Self.cases[index]
        #expect(try RangeHeader(parsing: text) == header)
        #expect(header.serialize() == written)
        #expect(try RangeHeader(parsing: written) == header)
    }

    @Test(arguments: [
        "", "npt", "npt=", "npt=-", "npt=x-", "npt=1-x", "npt=-1.-500", "npt=1:60:00-", "npt=1:00:60-", "npt=1:00-",
        "npt=.-",
        "npt=9223372036.854775808-", "npt=99999999999999999999-", "npt=4294967296:00:00-", "npt=4294967295:00:00-",
        "npt=1.2.3-",
        "=5", "npt=1e3-", "npt=+1-",
    ])
    func refuses(_ text: String) {
        #expect(throws: HeaderError.self) { try RangeHeader(parsing: text) }
    }

    @Test func formatsNormalPlayTime() {
        #expect(NormalPlayTime.format(0) == "0")
        #expect(NormalPlayTime.format(1) == "0.000000001")
        #expect(NormalPlayTime.format(-12_040_000_000) == "-12.04")
        #expect(NormalPlayTime.format(.min) == "-9223372036.854775808")
        #expect(NormalPlayTime.parse(" 0:00:10.5 ") == 10_500_000_000)
    }
}
