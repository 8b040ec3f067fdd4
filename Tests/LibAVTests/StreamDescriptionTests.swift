import MediaCore
import Testing

@testable import LibAV

@Suite struct StreamDescriptionTests {
    private static func stream(_ id: Int, _ kind: MediaKind, name: String = "h264") -> StreamDescription {
        StreamDescription(
            index: 0, id: id, codec: CodecDescription(codec: .other(name), kind: kind), codecName: name, timeBase: nil,
            durationTicks: nil, frameDuration: nil, language: nil, title: nil, isAttachedPicture: false,
            isTimedThumbnails: false, isEncrypted: false, isTimeCode: false, programme: nil)
    }

    /// FLV's have number 0, and differ by what they are; a transport stream's may not be known yet.
    @Test func `which stream of another look it is`() {
        #expect(Self.stream(0, .video).isSame(0, .video))
        #expect(!Self.stream(0, .video).isSame(0, .audio))
        #expect(!Self.stream(0, .data, name: "none").isSame(0, .audio))
        #expect(Self.stream(256, .video).isSame(256, .video))
        #expect(!Self.stream(256, .video).isSame(257, .video))
        #expect(!Self.stream(256, .video).isSame(256, .audio))
        #expect(Self.stream(256, .data, name: "none").isSame(256, .audio))
        #expect(Self.stream(256, .data, name: "unknown (\\x0)").isSame(256, .audio))
        #expect(!Self.stream(257, .data, name: "none").isSame(256, .audio))
    }
}
