import MediaCore
import MediaFixtures
import Testing
import Timestamps

@testable import LibAV
@testable import Library

/// What the stamps of each container are worth.
@Suite struct StampRulesTests {
    private static func stream(_ codec: Codec, _ kind: MediaKind = .video) -> StreamDescription {
        StreamDescription(
            index: 0, id: 0, codec: CodecDescription(codec: codec, kind: kind), codecName: "\(codec)",
            timeBase: TimeBase(1, 1_000), durationTicks: nil, frameDuration: TimeBase(1, 25), language: nil, title: nil,
            isAttachedPicture: false, isTimedThumbnails: false, isEncrypted: false, isTimeCode: false, programme: nil)
    }

    /// ASF's one stamp is that of presentation where its own codecs are in it; else it may be that of decoding, or missing, as in MXF.
    @Test(arguments: [
        (Container.asf, Codec.vc1, TimestampRules.matroska), (.asf, .wmv3, .matroska), (.asf, .mpeg4Visual, .ogg),
        (.asf, .h264, .ogg), (.mxf, .mpeg2Video, .ogg), (.mxf, .h264, .ogg), (.mxf, .jpeg2000, .ogg),
        (.mp4, .h264, .mp4), (.flv, .h264, .flv), (.realMedia, .other("rv40"), .flv), (.matroska, .h264, .matroska),
        (.nut, .h264, .matroska), (.ivf, .vp9, .matroska), (.avi, .mpeg4Visual, .avi), (.mpegTS, .h264, .mpegSystems),
        (.mpegPS, .mpeg2Video, .mpegSystems), (.ogg, .theora, .ogg),
        (.h264, .h264, .elementaryStream(frameDuration: TimeBase(1, 25))),
    ]) func rules(container: Container, codec: Codec, expected: TimestampRules) {
        #expect(container.timestampRules(for: Self.stream(codec)) == expected)
    }

    /// Bytes that are counted tell no gaps; uncompressed samples need no count.
    @Test func `counted bytes`() {
        let pcm = Container.wav.timestampRules(for: Self.stream(.pcmu, .audio))
        #expect(pcm == TimestampRules(.exact, countsSamples: false) && pcm.stampsTellGaps)
        let speech = Container.wav.timestampRules(for: Self.stream(.gsmMS, .audio))
        #expect(speech.stamps == .exact && speech.countsSamples && !speech.stampsTellGaps)
    }

    /// Of all containers the transport stream alone counts its packets, and its demuxer calls a unit corrupt where the count has a gap.
    @Test func `only transport streams mark gaps`() {
        #expect(Container.allCases.filter { $0.traits.marksGaps } == [.mpegTS])
    }
}
