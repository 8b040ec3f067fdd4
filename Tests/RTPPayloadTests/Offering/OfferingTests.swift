import MediaCore
import RTPPayload
import Testing

@Suite struct OfferingTests {
    @Test func noCodecHasTwoRows() {
        let codecs = Offering.all.flatMap(\.codecs)
        #expect(Set(codecs).count == codecs.count)
        #expect(Set(Offering.all.map(\.name)).count == Offering.all.count)
    }

    /// Every codec with a name of its own, but uncompressed audio.
    static let codecs: [Codec] = [
        .h264, .h265, .h266, .mpeg4Visual, .mpeg1Video, .mpeg2Video, .motionJPEG, .h261, .h263, .vp8, .vp9, .av1,
        .theora, .jpeg2000, .dv, .vc1, .wmv3, .vc2, .rawVideo, .aac, .latm, .mpegAudio, .ac3, .eac3, .opus, .vorbis,
        .speex, .amr, .amrWB, .g722, .g726(.leastSignificantFirst), .g726(.mostSignificantFirst), .g7231, .g729, .gsm,
        .ilbc, .qcelp, .evrc, .pcmu, .pcma, .klv, .gsmMS, .text(.plain), .text(.ass),
    ]

    @Test(arguments: codecs) func everyCodecHasARow(_ codec: Codec) throws {
        let row = try #require(Offering.of(codec))
        #expect(row.carriage != .refused)
        #expect(!row.encodingNames.isEmpty && !row.specification.isEmpty)
    }

    @Test(arguments: ["h266", "flac", "subrip", "mpegts", "from outer space"])
    func whatIsNoCodecOfOursIsNotServed(_ name: String) {
        #expect(Offering.of(.other(name))?.isServed != true)
        #expect(PayloadFormat.refusal(of: .other(name)) != nil)
    }

    /// What the table says of uncompressed audio and G.711 is what the format is.
    @Test func samplesTravelAsTheTableSays() throws {
        for number in [PCMFormat.Number.signed, .unsigned, .float] {
            for bits in number == .float ? [32, 64] : [8, 16, 24, 32] {
                let pcm = PCMFormat(number, bits: bits, isBigEndian: bits == 16)
                let row = try #require(Offering.of(.pcm(pcm)))
                let format = try Self.format(.pcm(pcm), channels: 2)
                #expect(row.encodingNames == [format.encodingName])
                #expect((row.carriage == .rounded) == (format.note != nil))
            }
        }
        for codec in [Codec.pcmu, .pcma] {
            #expect(
                try #require(Offering.of(codec)).encodingNames.contains(
                    try Self.format(codec, channels: 1).encodingName))
        }
    }

    /// Formats that need nothing but the codec's name are called what the table calls them.
    @Test func encodingNames() throws {
        for codec in [Codec.mpegAudio, .opus] {
            #expect(
                try #require(Offering.of(codec)).encodingNames == [try Self.format(codec, channels: 2).encodingName])
        }
    }

    private static func format(_ codec: Codec, channels: Int) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(codec: codec, kind: .audio, sampleRate: 48_000, channels: channels))
    }

    @Test(arguments: [
        (Codec.h264, Offering.Default.offered), (.vp9, .offered), (.av1, .nativeOnly), (.vc2, .nativeOnly),
        (.jpeg2000, .nativeOnly), (.h266, .nativeOnly), (.klv, .onRequest), (.text(.subRip), .onRequest),
        (.other("flac"), .refused),
    ])
    func whatIsOfferedByDefault(_ codec: Codec, _ byDefault: Offering.Default) throws {
        #expect(try #require(Offering.of(codec)).byDefault == byDefault)
    }

    /// The codec itself has a row too, with the format that everybody gets.
    @Test func whatIsAskedForByNative() {
        let rows = Offering.all.filter { $0.request == .native }
        #expect(rows.map(\.encodingNames) == [["MP4A-LATM"]])
        #expect(rows.allSatisfy { $0.isServed && $0.byDefault == .onRequest })
        #expect(Offering.of(.latm)?.encodingNames == ["mpeg4-generic"])
    }

    static let receivers: [(Receivers, String)] = [
        (.all, "FFmpeg, GStreamer, VLC"), (.ffmpeg9, "FFmpeg 9"), ([.ffmpeg5, .vlc], "FFmpeg 5.1, VLC"),
        ([], "none of these"),
    ]

    @Test(arguments: receivers)
    func receiversByName(_ receivers: Receivers, _ text: String) {
        #expect(receivers.description == text)
    }
}
