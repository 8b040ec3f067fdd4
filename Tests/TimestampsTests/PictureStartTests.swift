import MediaCore
import Testing
import Timestamps

@Suite struct PictureStartTests {
    private static func begins(_ bytes: [UInt8], _ codec: Codec) -> Bool {
        PictureStart.begins(bytes.span.bytes, codec: codec)
    }

    @Test(arguments: [
        (Codec.mpeg2Video, [0, 0, 1, 0xB3, 0x10, 0x10] as [UInt8]), (.mpeg1Video, [0, 0, 1, 0x00, 0x10, 0x10]),
        (.mpeg2Video, [0, 0, 0, 0, 1, 0xB8, 0x10, 0x10]), (.mpeg4Visual, [0, 0, 1, 0xB6, 0x10, 0x10]),
        (.h264, [0, 0, 0, 1, 0x67, 0x42, 0]), (.h264, [0, 0, 1, 0x65, 0x88, 0]), (.h264, [0, 0, 1, 0x09, 0x10, 0]),
        (.h265, [0, 0, 1, 0x40, 0x01, 0x0C]), (.h265, [0, 0, 1, 0x26, 0x01, 0xAF]),
        (.vc1, [0, 0, 1, 0x0D, 0xC0, 0]), (.vc1, [0, 0, 1, 0x0F, 0xCA, 0]), (.motionJPEG, [1, 2, 3]),
    ])
    func `a unit begins with its header or first slice`(codec: Codec, bytes: [UInt8]) {
        #expect(Self.begins(bytes, codec))
    }

    @Test(arguments: [
        (Codec.mpeg2Video, [0, 0, 1, 0x05, 0x10, 0x10] as [UInt8]), (.mpeg1Video, [0x12, 0, 0, 1, 0xB3, 0x10]),
        (.mpeg1Video, [0, 1, 0xB3, 0x10, 0x10, 0x10]), (.mpeg4Visual, [0x80, 0, 0, 1, 0xB6, 0x10]),
        (.h264, [0, 0, 1, 0x41, 0x40, 0]), (.h264, [0x12, 0x34, 0x56]), (.h265, [0, 0, 1, 0x26, 0x01, 0x20]),
        (.vc1, [0, 0, 1, 0x0B, 0x10, 0]), (.vc1, [0, 0, 1, 0x0C, 0x10, 0]), (.vc1, [0, 0, 1, 0x1D, 0x10, 0]),
        (.h264, []), (.h264, [0, 0, 1]), (.mpeg2Video, [0, 0, 0, 0]),
    ])
    func `a rest does not`(codec: Codec, bytes: [UInt8]) {
        #expect(!Self.begins(bytes, codec))
    }
}
