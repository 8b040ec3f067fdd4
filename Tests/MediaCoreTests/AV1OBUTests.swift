import ByteFixtures
import Testing

@testable import MediaCore

@Suite struct AV1OBUTests {
    /// A unit at byte 1, its kind, header without size, layers, and payload.
    static let units: [(String, AV1OBU.Kind?, UInt8, UInt8?, Range<Int>)] = [
        ("FF 12 00 AA", .temporalDelimiter, 0x10, nil, 3..<3),
        ("FF 0A 02 1122 AA", .sequenceHeader, 0x08, nil, 3..<5),
        ("FF 0E 48 01 11 AA", .sequenceHeader, 0x0C, 0x48, 4..<5),
        ("FF 30 1122 33", .frame, 0x30, nil, 2..<5),
        ("FF 34 08", .frame, 0x34, 0x08, 3..<3),
        ("FF 7A 8100 55 66", .padding, 0x78, nil, 4..<5),
        ("FF 32 8280808080808000 55 66", .frame, 0x30, nil, 10..<12),
        ("FF 52 00", nil, 0x50, nil, 3..<3),
    ]

    @Test(arguments: units)
    func read(bytes: String, kind: AV1OBU.Kind?, header: UInt8, layers: UInt8?, payload: Range<Int>) {
        let unit = AV1OBU(hex(bytes).span.bytes, at: 1)
        #expect(unit?.kind == kind && unit?.header == header)
        #expect(unit?.layers == layers && unit?.payload == payload)
    }

    /// Nothing there; forbidden bit; no second byte; no size; a size that goes on, or beyond the end, or has nine bytes.
    @Test(arguments: ["", "8A00", "0E", "0A", "0A80", "0A0211", "0A 808080808080808000"]) func none(bytes: String) {
        let unit = hex(bytes)
        #expect(AV1OBU(unit.span.bytes, at: 0) == nil)
        #expect(AV1OBU(unit.span.bytes, at: 20) == nil)
    }
}
