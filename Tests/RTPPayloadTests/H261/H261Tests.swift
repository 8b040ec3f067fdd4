import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H261Tests {
    private static let codec = CodecDescription(codec: .h261, kind: .video, width: 176, height: 144)

    /// The picture in the payloads: RFC 4587 4.1, SBIT and EBIT.
    private static func depacketize(_ payloads: [[UInt8]]) throws -> [UInt8] {
        var bits: [UInt8] = []
        for payload in try payloads.map({ try H261Payload($0) }) {
            guard payload.skipped == bits.count % 8 else { throw DepacketizationError("SBIT \(payload.skipped)") }
            bits += payload.bits
        }
        return try H261Payload.bytes(bits)
    }

    private static func units() throws -> [[UInt8]] { try GoldenFile("h261-gst").units.map(\.bytes) }

    @Test(arguments: [300, 301, 500, 1372]) func everyBitArrives(size: Int) throws {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: size)
        var packetizer = try PayloadFormat.make(for: Self.codec).packetizer(layout)
        for unit in try Self.units() {
            let made = try Packetized(&packetizer, unit, layout: layout)
            #expect(try Self.depacketize(made.payloads) == unit)
            #expect(made.payloads.count >= unit.count / (size - 16))
            // The picture's header, and GOB headers, say nothing of what precedes them.
            #expect(made.payloads[0][0] & 0xE3 == 1 && made.payloads[0][1...3].allSatisfy { $0 == 0 })
            for payload in made.payloads.dropFirst() { #expect(payload[0] & 3 == 1) }
        }
    }

    @Test func attributes() throws {
        let format = try PayloadFormat.make(for: Self.codec, firstUnit: Self.units()[0])
        #expect(format.sdpMedia(payloadType: 31).rtpmap == "31 H261/90000" && format.fmtp.isEmpty)
        #expect(format.staticPayloadType == 31)
        #expect(throws: PayloadFormatError("H.261 without a picture start code")) {
            try PayloadFormat.make(for: Self.codec, firstUnit: hex("000001 B6 00 00 00"))
        }
    }

    @Test(arguments: ["", "00", "000000", "000080 02"] as [String]) func refused(unit: String)
        throws
    {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try PayloadFormat.make(for: Self.codec).packetizer(layout)
        #expect(throws: PacketizationError.self) { try Packetized(&packetizer, hex(unit), layout: layout) }
    }

    @Test(arguments: 0..<60) func whateverComes(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try PayloadFormat.make(for: Self.codec).packetizer(layout)
        let whole = try Self.units()
        for _ in 0..<40 {
            let unit = random.damaged(whole.randomElement(using: &random)!)
            if let made = try? Packetized(&packetizer, unit, layout: layout) {
                #expect(try Self.depacketize(made.payloads) == unit)
            }
        }
    }
}
