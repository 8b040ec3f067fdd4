import ByteFixtures
import Testing

@testable import RTPPayload

@Suite struct StartCodesTests {
    @Test(
        arguments: [
            ("", nil), ("0000", nil), ("000001", 3), ("00000001", 4), ("000002 000001", 6), ("01 000001", 4),
            ("0000 0000 00", nil), ("FFFFFFFFFFFFFFFF 000001", 11), ("FFFFFFFFFFFFFF 0000 01 FF", 10),
        ] as [(String, Int?)])
    func startCodeEnd(text: String, end: Int?) {
        #expect(hex(text).startCodeEnd(from: 0) == end)
    }

    /// At every distance from the search's start, so that each phase of it is met.
    @Test(arguments: 0...20) func everyDistance(distance: Int) {
        let bytes = [UInt8](repeating: 0xAA, count: distance) + hex("000001 AA") + [UInt8](repeating: 7, count: 9)
        #expect(bytes.startCodeEnd(from: 0) == distance + 3)
        #expect(bytes.startCodeEnd(from: distance + 1) == nil)
        #expect(bytes.lastMarker(in: 0..<bytes.count) == distance)
        #expect(bytes.lastMarker(in: 0..<distance) == nil)
        #expect(bytes.lastMarker(in: distance..<distance + 1) == distance)
    }

    @Test(
        arguments: [
            ("", nil), ("00", nil), ("0000", nil), ("000000", nil), ("000080", 0), ("00000080", 1),
            ("000080 AA 000081 AA", 4), ("000080 0000", 0),
        ] as [(String, Int?)])
    func lastMarker(text: String, place: Int?) {
        let bytes = hex(text)
        #expect(bytes.lastMarker(in: 0..<bytes.count) == place)
    }

    @Test(arguments: [("000001", true), ("0000000001", true), ("0001", false), ("0000", false), ("AA000001", false)])
    func beginsWithStartCode(text: String, answer: Bool) {
        #expect(hex(text).beginsWithStartCode == answer)
    }
}

/// Spans cannot be captured by the macros.
extension [UInt8] {
    fileprivate func startCodeEnd(from start: Int) -> Int? { span.bytes.startCodeEnd(from: start) }
    fileprivate func lastMarker(in range: Range<Int>) -> Int? { span.bytes.lastMarker(in: range) }
    fileprivate var beginsWithStartCode: Bool { span.bytes.beginsWithStartCode }
}
