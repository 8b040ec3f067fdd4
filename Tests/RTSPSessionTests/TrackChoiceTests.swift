import MediaCore
import RTPPayload
import RTSPSession
import SDP
import Testing

@Suite struct TrackChoiceTests {
    static let queries: [(String?, video: TitleQuery.Choice, audio: TitleQuery.Choice, others: [String])] = [
        (nil, .all, .all, []),
        ("", .all, .all, []),
        ("&&=&", .all, .all, []),
        ("token=abc&VIDEO=3&audiox=1", .all, .all, []),
        ("video=0&audio=1", .only([0]), .only([1]), []),
        ("audio=2&audio=0", .all, .only([0, 2]), []),
        ("audio=off", .all, .only([]), []),
        ("audio=1&audio=off", .all, .only([]), []),
        ("audio=off&audio=1", .all, .only([1]), []),
        ("%61udio=%31", .all, .only([1]), []),
        ("data", .all, .all, ["data"]),
        ("data=&text=1&native", .all, .all, ["data", "text", "native"]),
        ("data&data=off&text=off", .all, .all, []),
        ("as=ts", .all, .all, ["ts"]),
    ]

    @Test(arguments: queries)
    func parses(
        _ text: String?, _ video: TitleQuery.Choice, _ audio: TitleQuery.Choice, _ others: [String]
    ) throws {
        let query = try TitleQuery(parsing: text)
        #expect(query.video == video)
        #expect(query.audio == audio)
        #expect(query.data == others.contains("data"))
        #expect(query.text == others.contains("text"))
        #expect(query.native == others.contains("native"))
        #expect(query.asTransportStream == others.contains("ts"))
        #expect(query.isEmpty == (video == .all && audio == .all && others.isEmpty))
    }

    @Test(arguments: [
        "audio", "audio=", "audio=-1", "audio=eng", "video=65536", "as=mp4", "as", "audio=1=2", "%ff&audio=%ff",
    ])
    func refuses(_ text: String) {
        let error = #expect(throws: MediaError.self) { try TitleQuery(parsing: text) }
        guard case .noSuchTrack(let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
    }

    /// Tracks 0 and 3 are video, 1, 2 and 5 audio, 4 is a subtitle and 6 data.
    private static func title(ends: [Int64?] = Array(repeating: nil, count: 7), duration: Int64 = 100) throws
        -> Presentation
    {
        let kinds: [MediaKind] = [.video, .audio, .audio, .video, .subtitle, .audio, .data]
        let formats = try kinds.map { kind in
            try PayloadFormat.make(for: kind == .video ? SessionFixture.video : SessionFixture.audio)
        }
        let tracks = kinds.enumerated().map { id, kind in
            let codec =
                kind == .video
                ? SessionFixture.video
                : kind == .audio ? SessionFixture.audio : CodecDescription(codec: .klv, kind: kind)
            return Track(
                id: id, codec: codec, timeBase: TimeBase(1, 1000), end: ends[id].map { .seconds($0) }, language: nil)
        }
        return Presentation(
            name: "f", version: 1, tracks: tracks, formats: formats, duration: .seconds(duration), isSeekable: true)
    }

    static let choices: [(String, [Int])] = [
        ("", [0, 1, 2, 3, 5]),
        ("video=0&audio=1", [0, 2]),
        ("video=1", [1, 2, 3, 5]),
        ("audio=2&audio=0", [0, 1, 3, 5]),
        ("audio=off", [0, 3]),
        ("video=off", [1, 2, 5]),
        ("video=off&audio=off&text", [4]),
        ("video=off&audio=0&data", [1, 6]),
        ("data&text", [0, 1, 2, 3, 4, 5, 6]),
        ("as=ts&audio=7", [0, 1, 2, 3, 4, 5, 6]),
    ]

    @Test(arguments: choices)
    func offers(_ text: String, _ offered: [Int]) throws {
        var presentation = try Self.title()
        try presentation.choose(try TitleQuery(parsing: text))
        #expect(presentation.offered == offered)
        let controls = presentation.sessionDescription(isIPv6: false).media.compactMap {
            $0.attributes.value("control")
        }
        #expect(controls == offered.map { "trackID=\($0)" })
    }

    @Test(arguments: [
        ("video=2", "no video track 2: the title has 2, from 0 to 1"),
        ("audio=0&audio=3&audio=9", "no audio track 3: the title has 3, from 0 to 2"),
        ("video=off&audio=off", "all tracks of the title are off"),
    ])
    func refusesWhatIsNotThere(_ text: String, _ reason: String) throws {
        var presentation = try Self.title()
        let query = try TitleQuery(parsing: text)
        #expect(throws: MediaError.noSuchTrack(reason)) { try presentation.choose(query) }
        #expect(presentation.offered.count == 7)
    }

    /// The end is that of the tracks chosen, if all of them have one.
    @Test(arguments: [("", 100), ("audio=off", 60), ("audio=0&video=off", 100), ("audio=1&video=0", 50)])
    func theDuration(_ text: String, _ seconds: Int64) throws {
        var presentation = try Self.title(ends: [40, nil, 50, 60, nil, 100, nil])
        try presentation.choose(try TitleQuery(parsing: text))
        #expect(presentation.duration == .seconds(seconds))
    }
}
