import ByteFixtures
import Testing

@testable import RTPPayload

@Suite struct SequenceHeadersTests {
    private func headers(
        _ syntax: SequenceHeaders.Syntax, _ configuration: String, firstUnit: String = ""
    ) -> [UInt8] {
        SequenceHeaders(syntax, configuration: hex(configuration), firstUnit: hex(firstUnit)).bytes
    }

    @Test(arguments: [
        ("000001B0 01 00000100 00000120 AA", "000001B0 01 00000100 00000120 AA"),
        ("00000120 AA 000001B2 BB 000001B6 CC", "00000120 AA 000001B2 BB"),
        ("FF 00000120 AA 000001B3 BB", "00000120 AA"),
        ("00000120 AA 000001B1", "00000120 AA"),
        ("000001B0 01 00000100", ""), ("000001B6 00000120", ""), ("", ""), ("00000120", "00000120"),
    ])
    func mpeg4Visual(stream: String, expected: String) {
        #expect(headers(.mpeg4Visual, stream) == hex(expected))
        #expect(headers(.mpeg4Visual, "", firstUnit: stream) == hex(expected))
    }

    @Test(arguments: [
        ("000001B3 AA 000001B5 BB 000001B2 CC", "000001B3 AA 000001B5 BB 000001B2 CC"),
        ("000001B3 AA 000001B8 BB", "000001B3 AA"), ("000001B3 AA 00000100 BB", "000001B3 AA"),
        ("000001B8 AA 000001B3 BB", ""), ("00000100", ""), ("000001B5 AA", ""),
    ])
    func mpegVideo(stream: String, expected: String) { #expect(headers(.mpegVideo, stream) == hex(expected)) }

    @Test func bounds() {
        let large = hex("000001B3") + [UInt8](repeating: 1, count: SequenceHeaders.maximumBytes)
        var headers = SequenceHeaders(.mpegVideo, configuration: large, firstUnit: hex("000001B3 AA"))
        #expect(headers.bytes == hex("000001B3 AA"), "the first unit's instead")
        headers.update(Array(large.dropLast(4)).span.bytes)
        #expect(headers.bytes.count == SequenceHeaders.maximumBytes)
    }

    private func areMissing(_ headers: SequenceHeaders, in unit: [UInt8]) -> Bool {
        headers.areMissing(in: unit.span.bytes)
    }

    @Test func missing() {
        let known = SequenceHeaders(.mpegVideo, configuration: hex("000001B3 AA"), firstUnit: [])
        #expect(areMissing(known, in: hex("00000100")))
        #expect(!areMissing(known, in: hex("000001B3 BB 00000100")))
        let unknown = SequenceHeaders(.mpegVideo, configuration: [], firstUnit: [])
        #expect(!areMissing(unknown, in: hex("00000100")))
    }
}
