import MediaCore
import Testing

@testable import Timestamps

@Suite struct MPEGVideoPicturesTests {
    /// picture_header with a type, then picture_coding_extension.
    private func unit(type: UInt8, structure: UInt8 = 3, topFirst: Bool = false, repeats: Bool = false) -> [UInt8] {
        // Twenty-two bits lie before picture_structure, five between top_field_first and repeat_first_field.
        let flags: UInt8 = (topFirst ? 0x80 : 0) | (repeats ? 0x02 : 0)
        return [0, 0, 1, 0x00, 0, type << 3, 0, 0, 0, 0, 1, 0xB5, 0x8F, 0xFF, 0xF0 | structure, flags, 0]
            + [0, 0, 1, 0x01, 0]
    }

    private func sequence(progressive: Bool, lowDelay: Bool) -> [UInt8] {
        [0, 0, 1, 0xB3, 0x2D, 0x02, 0x40, 0x14, 0xFF, 0xFF, 0xE0, 0x00, 0, 0, 1, 0xB5, 0x14, progressive ? 0x88 : 0x80]
            + [0x00, 0x01, 0x00, lowDelay ? 0x80 : 0x00]
    }

    @Test func anchorsComeOutAfterTheBsThatFollow() {
        var pictures = MPEGVideoPictures(configuration: [])
        // I P B B P B in decoding order.
        let ranks = ([1, 2, 3, 3, 2, 3] as [UInt8]).compactMap {
            pictures.picture(in: unit(type: $0).span.bytes)?.rank
        }
        let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
        #expect(order == [0, 2, 3, 1, 5, 4])
    }

    @Test func sequenceHeaders() {
        let late = MPEGVideoPictures(configuration: sequence(progressive: true, lowDelay: false))
        #expect(late.frameDuration == TimeBase(1001, 30_000))
        #expect(late.reorderDepth == 1)
        #expect(MPEGVideoPictures(configuration: sequence(progressive: true, lowDelay: true)).reorderDepth == 0)
    }

    @Test func extensionsWithoutAHeaderDoNotAddUp() {
        var extended: [UInt8] = [0, 0, 1, 0xB5, 0x14, 0x80, 0x00, 0x01, 0x00, 0x7F]
        extended = sequence(progressive: true, lowDelay: false) + (0..<20).flatMap { _ in extended }
        #expect(MPEGVideoPictures(configuration: extended).frameDuration == TimeBase(1001 * 32, 30_000 * 4))
    }

    /// ISO/IEC 13818-2 6.3.10.
    @Test(arguments: [(true, true, 6), (true, false, 4), (false, true, 3)])
    func repeatedFields(_ progressive: Bool, _ topFirst: Bool, _ fields: Int) {
        var pictures = MPEGVideoPictures(configuration: sequence(progressive: progressive, lowDelay: false))
        let picture = pictures.picture(in: unit(type: 1, topFirst: topFirst, repeats: true).span.bytes)
        #expect(picture?.shownFields == fields)
    }

    @Test func fieldsInUnitsOfTheirOwn() {
        var pictures = MPEGVideoPictures(configuration: [])
        let units: [(UInt8, UInt8)] = [(1, 1), (2, 2), (2, 1), (2, 2), (3, 1), (3, 2)]
        let found = units.compactMap { type, structure in
            pictures.picture(in: unit(type: type, structure: structure).span.bytes)
        }
        #expect(found.allSatisfy { $0.codedFields == 1 })
        let order = found.indices.sorted { found[$0].rank < found[$1].rank }
        #expect(order == [0, 1, 4, 5, 2, 3])
    }
}
