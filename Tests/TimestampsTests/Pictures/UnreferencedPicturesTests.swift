import MediaCore
import Testing

@testable import Timestamps

@Suite struct UnreferencedPicturesTests {
    @Test(
        "H.264: nal_ref_idc of every slice, and nothing else that is needed",
        arguments: [
            ("B", [0x01, 0x9E], true), ("P", [0x41, 0x9A], false), ("IDR", [0x65, 0x88], false),
            ("two slices", [0x01, 0x9E, 0, 0, 1, 0x01, 0x42], true),
            ("two fields, the second a reference", [0x01, 0x9E, 0, 0, 1, 0x21, 0x9A], false),
            ("delimiter, SEI, B", [0x09, 0x50, 0, 0, 1, 0x06, 0x01, 0, 0, 1, 0x01, 0x9E], true),
            ("a parameter set, B", [0x68, 0xCE, 0, 0, 1, 0x01, 0x9E], false),
            ("no slice", [0x09, 0x50], false),
        ] as [(String, [UInt8], Bool)])
    func h264(_ name: String, _ bytes: [UInt8], _ isUnreferenced: Bool) {
        let unit = [0, 0, 1] + bytes
        #expect(
            UnreferencedPictures.isUnreferencedH264(unit.span.bytes, .startCodes) == isUnreferenced, "\(name)")
        // The same with lengths.
        if !bytes.contains(0) {
            let stored = [0, 0, 0, UInt8(bytes.count)] + bytes
            let framing = NALUnits.lengths(size: 4)
            #expect(UnreferencedPictures.isUnreferencedH264(stored.span.bytes, framing) == isUnreferenced, "\(name)")
        }
    }

    @Test(
        "H.265: even types up to 14 of the highest sub-layer",
        arguments: [
            ("TRAIL_N", [0x00, 0x01, 0xD0], 0, true), ("TRAIL_R", [0x02, 0x01, 0xD0], 0, false),
            ("RASL_N", [0x10, 0x01, 0xD0], 0, true), ("RASL_R", [0x12, 0x01, 0xD0], 0, false),
            ("RADL_N", [0x0C, 0x01, 0xD0], 0, true), ("RSV_VCL_N14", [0x1C, 0x01, 0xD0], 0, true),
            ("BLA_W_LP", [0x20, 0x01, 0xD0], 0, false), ("IDR", [0x26, 0x01, 0xAF], 0, false),
            ("TRAIL_N below the highest sub-layer", [0x00, 0x01, 0xD0], 1, false),
            ("TSA_N of the highest", [0x04, 0x02, 0xD0], 1, true),
            ("TRAIL_N of another layer", [0x00, 0x09, 0xD0], 0, false),
            ("of a layer above 31", [0x01, 0x01, 0xD0], 0, false),
            ("a parameter set, TRAIL_N", [0x44, 0x01, 0xC1, 0, 0, 1, 0x00, 0x01, 0xD0], 0, false),
            ("SEI, TRAIL_N", [0x4E, 0x01, 0x05, 0, 0, 1, 0x00, 0x01, 0xD0], 0, true),
            ("no slice", [0x46, 0x01, 0x50], 0, false), ("cut off", [0x00], 0, false),
        ] as [(String, [UInt8], UInt8, Bool)])
    func h265(_ name: String, _ bytes: [UInt8], _ highest: UInt8, _ isUnreferenced: Bool) {
        let unit = [0, 0, 1] + bytes
        let result = UnreferencedPictures.isUnreferencedH265(unit.span.bytes, .startCodes, highest: highest)
        #expect(result == isUnreferenced, "\(name)")
    }

    @Test("H.265: the highest sub-layer, of a record or of parameter sets")
    func highestSubLayer() {
        func record(_ layers: UInt8) -> [UInt8] { [1] + [UInt8](repeating: 0, count: 20) + [layers << 3 | 7, 0] }
        #expect([0, 1, 3].map { UnreferencedPictures.highestSubLayer(record($0)) } == [nil, 0, 2])
        #expect(UnreferencedPictures.highestSubLayer([]) == nil)
        #expect(UnreferencedPictures.highestSubLayer([0, 0, 0, 1, 0x40, 0x01, 0x0C]) == nil)
        #expect(UnreferencedPictures.highestSubLayer([0, 0, 0, 1, 0x42, 0x01, 0x01, 0x01]) == 0)
        #expect(UnreferencedPictures.highestSubLayer([0, 0, 1, 0x42, 0x01, 0x05, 0x01]) == 2)
    }

    @Test(
        "MPEG-1 and -2: B-pictures without headers",
        arguments: [
            ("B", [0, 0, 1, 0, 0, 0x1F, 0xFF, 0xF8, 0, 0, 1, 1, 0x22], true),
            ("P", [0, 0, 1, 0, 0, 0x17, 0xFF, 0xF8], false), ("I", [0, 0, 1, 0, 0, 0x0F, 0xFF, 0xF8], false),
            ("two fields", [0, 0, 1, 0, 0, 0x1F, 0, 0, 1, 0, 0, 0x1F], true),
            ("two pictures, one a P", [0, 0, 1, 0, 0, 0x1F, 0, 0, 1, 0, 0, 0x17], false),
            ("behind a group's header", [0, 0, 1, 0xB8, 0, 8, 0, 0, 0, 0, 1, 0, 0, 0x1F], false),
            ("before a sequence's header", [0, 0, 1, 0, 0, 0x1F, 0, 0, 1, 0xB3, 0x16], false),
            ("coding extension", [0, 0, 1, 0, 0, 0x1F, 0, 0, 1, 0xB5, 0x8F], true),
            ("quantizer matrices", [0, 0, 1, 0, 0, 0x1F, 0, 0, 1, 0xB5, 0x38], false),
            ("cut off", [0, 0, 1, 0, 0], false), ("nothing", [], false),
        ] as [(String, [UInt8], Bool)])
    func mpeg(_ name: String, _ unit: [UInt8], _ isUnreferenced: Bool) {
        #expect(UnreferencedPictures.isUnreferencedMPEG(unit.span.bytes) == isUnreferenced, "\(name)")
    }

    @Test(
        "MPEG-4: B-planes without headers",
        arguments: [
            ("B", [0, 0, 1, 0xB6, 0x90], true), ("P", [0, 0, 1, 0xB6, 0x50], false),
            ("S", [0, 0, 1, 0xB6, 0xD0], false),
            ("P and B in one", [0, 0, 1, 0xB6, 0x50, 0, 0, 1, 0xB6, 0x90], false),
            ("user data", [0, 0, 1, 0xB2, 0x41, 0, 0, 1, 0xB6, 0x90], true),
            ("behind a layer", [0, 0, 1, 0x20, 0x08, 0, 0, 1, 0xB6, 0x90], false), ("cut off", [0, 0, 1, 0xB6], false),
        ] as [(String, [UInt8], Bool)])
    func planes(_ name: String, _ unit: [UInt8], _ isUnreferenced: Bool) {
        #expect(UnreferencedPictures.isUnreferencedPlane(unit.span.bytes) == isUnreferenced, "\(name)")
    }

    @Test("any bytes")
    func anyBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var unit = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                [0, 0, 1, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            if Bool.random(using: &random) { unit = [0, 0, 1] + unit }
            for codec in [Codec.h264, .h265, .mpeg2Video, .mpeg4Visual, .vc1, .vp8] {
                let keys = KeyPictures(CodecDescription(codec: codec, kind: .video, configuration: unit))
                _ = keys.isUnreferenced(unit.span.bytes)
            }
        }
    }
}
