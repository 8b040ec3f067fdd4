import ByteFixtures
import RTPPayload
import Testing

@Suite struct NALUnitsTests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 1400)

    private func split(_ text: String, configuration: [UInt8] = H264Tests.record()) throws -> [[UInt8]] {
        var packetizer = try H264Tests.packetizer(configuration, layout)
        return try depacketizeH264(Packetized(&packetizer, hex(text), layout: layout).payloads)
    }

    private let annexB = hex("000001 6742C01ED9 000001 68CE3C80")

    @Test(arguments: [
        ("00000002 41AA", ["41AA"]),
        ("00000000 00000002 41AA 00000000", ["41AA"]),  // empty ones
        ("00000002 41AA 0000", ["41AA"]),  // padding
        ("00000002 41AA 00000001 0C", ["41AA", "0C"]),  // filler data stays
        ("00000002 40AA 00000002 78AA 00000001 5F 00000001 01", ["01"]),  // types 0, 24 and 31 cannot be sent
    ])
    func lengths(unit: String, nals: [String]) throws { #expect(try split(unit) == nals.map(hex)) }

    @Test(arguments: [
        ("000001 41AA", ["41AA"]),
        ("00000001 41AA", ["41AA"]),
        ("0000000000 01 41AA", ["41AA"]),
        // Trailing zeros go, inner ones stay.
        ("000001 41AA0000 000001 0100000002 000001 06", ["41AA", "0100000002", "06"]),
        ("000001 000001 41", ["41"]),  // empty
        ("000001 41AA 000000", ["41AA"]),
        ("000001 41 0001 0101 000001 06", ["410001 0101", "06"]),
        ("000001 41AA 000001", ["41AA"]),
    ])
    func startCodes(unit: String, nals: [String]) throws {
        #expect(try split(unit, configuration: annexB) == nals.map(hex))
    }

    /// A start code at every distance from the last, so that each phase of the search is met.
    @Test(arguments: 1...20) func startCodeAtEveryDistance(distance: Int) throws {
        let first = [0x41] + [UInt8](repeating: 0xAA, count: distance)
        var packetizer = try H264Tests.packetizer(annexB, layout)
        let made = try Packetized(&packetizer, hex("000001") + first + hex("000001 06BB"), layout: layout)
        #expect(try depacketizeH264(made.payloads) == [first, hex("06BB")])
    }

    @Test(arguments: [
        ("00000003 41AA", PacketizationError.malformed("NAL unit of 3 bytes beyond the unit's end", offset: 0)),
        ("00000002 41AA FFFFFFFF 41", .malformed("NAL unit of 4294967295 bytes beyond the unit's end", offset: 6)),
        ("", .malformed("no NAL unit", offset: 0)),
        ("000000", .malformed("no NAL unit", offset: 0)),
        ("00000002 5F00", .malformed("no NAL unit", offset: 0)),
    ])
    func damagedLengths(unit: String, error: PacketizationError) {
        #expect(throws: error) { try split(unit) }
    }

    @Test(arguments: ["", "00", "0000", "0001 41", "41 000001 41"]) func noStartCode(unit: String) {
        #expect(throws: PacketizationError.malformed("no start code", offset: 0)) {
            try split(unit, configuration: annexB)
        }
    }

    @Test func tooManyNALUnits() throws {
        var packetizer = try H264Tests.packetizer(H264Tests.record(lengthSize: 1), layout)
        let most = [UInt8](repeating: 1, count: 2 * 8192)
        #expect(try depacketizeH264(Packetized(&packetizer, most, layout: layout).payloads).count == 8192)
        #expect(throws: PacketizationError.malformed("more than 8192 NAL units", offset: 16_385)) {
            try Packetized(&packetizer, most + [1, 1], layout: layout)
        }
    }
}
