import MediaCore
import Testing

@testable import Timestamps

@Suite struct KeyPicturesTests {
    static let avcC: [UInt8] = [1, 0x64, 0, 0x1E, 0xFF, 0xE0, 0]
    static let hvcC: [UInt8] = [1] + [UInt8](repeating: 0, count: 20) + [0xFF, 0]

    static let main: [UInt8] = [0x44, 0x21, 0x1A, 0x01]
    static let mainWithB: [UInt8] = [0x44, 0x21, 0x1A, 0x11]
    static let mainReduced: [UInt8] = [0x44, 0x21, 0x1A, 0x81]
    /// PROFILE 3, LEVEL 1; 1920 x 1080; INTERLACE is the second bit behind the sizes.
    static let progressive: [UInt8] = [0, 0, 1, 0x0F, 0xCA, 0x00, 0x3B, 0xF2, 0x1B, 0x09]
    static let interlaced: [UInt8] = [0, 0, 1, 0x0F, 0xCA, 0x00, 0x3B, 0xF2, 0x1B, 0x49]

    /// A start of a unit that a container calls a key frame, and whether decoding can begin there.
    static let units: [(String, Codec, configuration: [UInt8], [UInt8], Bool?)] = [
        ("H.263 I", .h263, [], [0, 0, 0x80, 0x02, 0x08, 0x04, 0x1E], true),
        ("H.263 P", .h263, [], [0, 0, 0x80, 0x06, 0x0A, 0x02, 0x02], false),
        ("MPEG-4 I behind its layer", .mpeg4Visual, [], [0, 0, 1, 0x20, 0x08, 0, 0, 1, 0xB6, 0x10], true),
        ("MPEG-4 P", .mpeg4Visual, [], [0, 0, 1, 0xB6, 0x50], false),
        ("MPEG-2 I behind its sequence", .mpeg2Video, [], [0, 0, 1, 0xB3, 0x16, 0, 0, 1, 0, 0, 0x0F], true),
        ("MPEG-1 P", .mpeg1Video, [], [0, 0, 1, 0, 0, 0x17], false),
        // first_mb_in_slice 0, slice_type 7 (I), 5 (P), 2 (I).
        ("H.264 IDR", .h264, avcC, [0, 0, 0, 2, 0x65, 0x88], true),
        ("H.264 P at a recovery point", .h264, avcC, [0, 0, 0, 2, 0x06, 0x80, 0, 0, 0, 2, 0x41, 0x9A], false),
        ("H.264 I, Annex B", .h264, [], [0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x41, 0xB0], true),
        ("H.265 CRA", .h265, hvcC, [0, 0, 0, 3, 0x2A, 0x01, 0x80], true),
        ("H.265 TRAIL_R", .h265, hvcC, [0, 0, 0, 3, 0x02, 0x01, 0x80], false),
        ("VP8 key", .vp8, [], [0x10, 2, 0, 0x9D, 1, 0x2A, 0xB0, 0, 0x90, 0], true),
        ("VP8 inter", .vp8, [], [0x11, 2, 0, 0], false),
        ("VP8 key without its start code", .vp8, [], [0x10, 2, 0, 0x9D, 1, 0x2B, 0xB0, 0, 0x90, 0], nil),
        ("VP9 key", .vp9, [], [0x82, 0x49], true),
        ("VP9 inter", .vp9, [], [0x86, 0], false),
        ("VP9 that shows a frame again", .vp9, [], [0x88], false),
        // Temporal delimiter, then a frame: KEY_FRAME shown, not shown, INTER_FRAME.
        ("AV1 key", .av1, [], [0x12, 0, 0x32, 1, 0x10], true),
        ("AV1 hidden key", .av1, [], [0x12, 0, 0x32, 1, 0x00], false),
        ("AV1 inter", .av1, [], [0x32, 1, 0x30], false),
        ("AV1 that shows a frame again", .av1, [], [0x1A, 1, 0x90], false),
        ("AV1 still picture", .av1, [], [0x0A, 3, 0x18, 0, 0, 0x32, 1, 0x80], true),
        ("AV1 still picture of a record", .av1, [0x81, 0, 0x0C, 0, 0x0A, 3, 0x18, 0, 0], [0x32, 1, 0x80], true),
        ("AV1 without a frame", .av1, [], [0x12, 0], nil),
        ("VC-2", .vc2, [], [0x42, 0x42, 0x43, 0x44], true),
        ("Motion JPEG", .motionJPEG, [], [0xFF, 0xD8], true),
        // INTERPFRM 0, FRMCNT 2, RANGEREDFRM or not, PTYPE; the second bit of PTYPE is there with B-pictures.
        ("VC-1 main I", .wmv3, main, [0x00, 0x40], true),
        ("VC-1 main P", .wmv3, main, [0x20, 0x40], false),
        ("VC-1 main I with B-pictures", .wmv3, mainWithB, [0x10, 0x40], true),
        ("VC-1 main B", .wmv3, mainWithB, [0x00, 0x40], false),
        ("VC-1 main, range reduced I", .wmv3, mainReduced, [0x20, 0x40], true),
        ("VC-1 main, skipped", .wmv3, main, [0x00], false),
        ("VC-1 I", .vc1, progressive, [0, 0, 1, 0x0D, 0xC0], true),
        ("VC-1 I without its start code", .vc1, progressive, [0xC0, 0x12], true),
        ("VC-1 P without its start code", .vc1, progressive, [0x00, 0x12], false),
        ("VC-1 BI", .vc1, progressive, [0, 0, 1, 0x0D, 0xE0], false),
        ("VC-1 skipped", .vc1, progressive, [0, 0, 1, 0x0D, 0xF0], false),
        ("VC-1 frame behind an interlaced sequence's header", .vc1, [], interlaced + [0, 0, 1, 0x0D, 0xB0], true),
        ("VC-1 progressive P of an interlaced sequence", .vc1, interlaced, [0, 0, 1, 0x0D, 0x00], false),
        ("VC-1 fields I and P", .vc1, interlaced, [0, 0, 1, 0x0D, 0xC8, 0, 0, 1, 0x0C, 0], true),
        ("VC-1 fields P and I without a start code", .vc1, interlaced, [0xD0, 7, 0, 0, 1, 0x0C, 0], false),
        ("VC-1 without a sequence header", .vc1, [], [0, 0, 1, 0x0D, 0xC0], nil),
        ("VC-1 without a picture", .vc1, interlaced, [0, 0, 1, 0x0A], false),
        ("nothing that can be read", .mpeg4Visual, [], [1, 2, 3], nil),
        ("empty", .h264, avcC, [], nil),
    ]

    @Test(arguments: units)
    func whereDecodingCanBegin(
        _ name: String, _ codec: Codec, _ configuration: [UInt8], _ unit: [UInt8], _ canBegin: Bool?
    ) {
        let keys = KeyPictures(CodecDescription(codec: codec, kind: .video, configuration: configuration))
        #expect(keys.canBegin(with: unit.span.bytes) == canBegin, "\(name)")
    }

    /// An inter frame that refreshes the last frame, and one that refreshes nothing: all bits of its header are 0 (RFC 6386
    /// 9.7), which the boolean decoder reads from zeros.
    @Test(arguments: [
        (Codec.vp8, [0x11, 2, 0, 0, 0, 0], true), (.vp8, [0x11, 2, 0, 0xFF, 0xFF], false), (.vp9, [0x86], false),
        (.av1, [0x32, 1, 0x30], false), (.motionJPEG, [0xFF, 0xD8], false), (.mpeg2Video, [0, 0, 1, 0, 0, 0x1F], true),
        (.mpeg4Visual, [0, 0, 1, 0xB6, 0x90], true), (.h264, [0, 0, 1, 0x01, 0x9A], true), (.h264, [], false),
    ])
    func whatNoOtherNeeds(_ codec: Codec, _ unit: [UInt8], _ isUnreferenced: Bool) {
        let keys = KeyPictures(CodecDescription(codec: codec, kind: .video))
        #expect(keys.isUnreferenced(unit.span.bytes) == isUnreferenced)
    }

    @Test(
        arguments: [
            (Codec.vp8, [0x01, 2, 0, 0], true), (.vp8, [0x11, 2, 0, 0], false), (.vp8, [0x01], false),
            (.vp9, [0x84, 0], true),
            (.vp9, [0x86, 0], false), (.vp9, [0x84, 0, 0x86, 0, 0xC1, 2, 2, 0xC1], false), (.h264, [0x84, 0], false),
        ] as [(Codec, [UInt8], Bool)])
    func whatIsNotShown(_ codec: Codec, _ unit: [UInt8], _ isHidden: Bool) {
        let keys = KeyPictures(CodecDescription(codec: codec, kind: .video))
        #expect(keys.isHidden(unit.span.bytes) == isHidden)
    }
}
