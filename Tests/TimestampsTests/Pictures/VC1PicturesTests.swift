import MediaCore
import Testing

@testable import Timestamps

@Suite struct VC1PicturesTests {
    private static func codec(_ codec: Codec, _ configuration: [UInt8]) -> CodecDescription {
        CodecDescription(codec: codec, kind: .video, configuration: configuration)
    }

    private static func order(_ pictures: inout VC1Pictures, _ units: [[UInt8]]) -> [Int] {
        let ranks = units.compactMap { pictures.picture(in: $0.span.bytes)?.rank }
        return ranks.indices.sorted { ranks[$0] < ranks[$1] }
    }

    @Test(arguments: [(UInt8(0x01), 0), (0x11, 1), (0x71, 1)])
    func mainProfileSaysWhetherThereAreB(_ last: UInt8, _ depth: Int) {
        #expect(VC1Pictures(Self.codec(.wmv3, [0x44, 0x21, 0x1A, last])).reorderDepth == depth)
    }

    @Test func withoutParameters() {
        var pictures = VC1Pictures(Self.codec(.wmv3, []))
        #expect(pictures.reorderDepth == nil)
        #expect(pictures.picture(in: ([0x00, 0x40] as [UInt8]).span.bytes) == nil)
    }

    /// I P B B P, then one that is skipped, B.
    @Test func mainProfile() {
        var pictures = VC1Pictures(Self.codec(.wmv3, [0x44, 0x21, 0x1A, 0x11]))
        let (i, p, b): ([UInt8], [UInt8], [UInt8]) = ([0x10, 1], [0x20, 1], [0x00, 1])
        #expect(Self.order(&pictures, [i, p, b, b, p, [0], b]) == [0, 2, 3, 1, 4, 6, 5])
    }

    /// The same of the advanced profile, with BI, in frames with and without start codes, and in fields.
    @Test func advancedProfile() {
        var pictures = VC1Pictures(Self.codec(.vc1, KeyPicturesTests.progressive))
        #expect(pictures.reorderDepth == nil)
        let (i, p, b, bi): ([UInt8], [UInt8], [UInt8], [UInt8]) =
            ([0, 0, 1, 0x0D, 0xC0], [0x00, 1], [0, 0, 1, 0x0D, 0x80], [0xE0, 1])
        #expect(Self.order(&pictures, [i, p, b, bi, p, [0xF0, 1], b]) == [0, 2, 3, 1, 4, 6, 5])
        #expect(pictures.reorderDepth == 1)
        pictures.reset()
        var unused = AnchorOrder()
        #expect(pictures.picture(in: i.span.bytes)?.rank == unused.rank(isB: false))

        var fields = VC1Pictures(Self.codec(.vc1, KeyPicturesTests.interlaced))
        // FCM 11, FPTYPE: I P, P P, B B, BI B.
        let pairs: [[UInt8]] = [0xC8, 0xD8, 0xE0, 0xF0].map { [0, 0, 1, 0x0D, $0, 0, 0, 1, 0x0C, 0x12] }
        #expect(Self.order(&fields, [pairs[0], pairs[1], pairs[2], pairs[3]]) == [0, 2, 3, 1])
    }

    /// SMPTE 421M 7.1.1.18 and 7.1.1.19: RPTFRM repeats frames, RFF a field.
    @Test(arguments: [
        // PTYPE I, RPTFRM 0, 1, 3.
        (UInt8(0x89), [0xC0, 0] as [UInt8], 2), (0x89, [0xC8, 0], 4), (0x89, [0xD8, 0], 8),
        // Interlaced: FCM, PTYPE I, TFF, RFF.
        (0xC9, [0b0110_1000, 0], 2), (0xC9, [0b0110_1100, 0], 3), (0xC9, [0b1011_0010, 0], 3),
    ])
    func pulldown(_ flags: UInt8, _ frame: [UInt8], _ fields: Int) {
        let sequence: [UInt8] = [0, 0, 1, 0x0F, 0xCA, 0x00, 0x3B, 0xF2, 0x1B, flags]
        var pictures = VC1Pictures(Self.codec(.vc1, sequence))
        #expect(pictures.picture(in: ([0, 0, 1, 0x0D] + frame).span.bytes)?.shownFields == fields)
    }

    /// 24,000 / 1001 frames a second; in the first unit, of what a container says nothing of.
    @Test func frameDuration() {
        let header: [UInt8] = [0, 0, 1, 0x0F, 0xCA, 0x00, 0x3B, 0xF2, 0x1B, 0x0A, 0x3B, 0xF8, 0x86, 0xE8, 0x04, 0x88]
        var pictures = VC1Pictures(Self.codec(.vc1, []))
        #expect(pictures.frameDuration == nil)
        #expect(pictures.picture(in: (header + [0, 0, 1, 0x0D, 0xC0, 0]).span.bytes) != nil)
        #expect(pictures.frameDuration == TimeBase(1001, 24_000))
        #expect(VC1Pictures(Self.codec(.vc1, [0x27] + header)).frameDuration == TimeBase(1001, 24_000))
    }

    @Test(arguments: 0..<50) func whateverComes(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func byte() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        var advanced = VC1Pictures(Self.codec(.vc1, [0, 0, 1, 0x0F] + (0..<12).map { _ in byte() }))
        var main = VC1Pictures(Self.codec(.wmv3, (0..<4).map { _ in byte() }))
        for count in 0..<24 {
            let unit = (seed & 1 == 0 ? [0, 0, 1, byte() & 0x0F] : []) + (0..<count).map { _ in byte() }
            _ = advanced.picture(in: unit.span.bytes)
            _ = main.picture(in: unit.span.bytes)
        }
    }
}
