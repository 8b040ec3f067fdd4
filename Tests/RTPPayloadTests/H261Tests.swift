import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H261Tests {
    private static let codec = CodecDescription(codec: .h261, kind: .video, width: 176, height: 144)

    /// The picture in the payloads: RFC 4587 4.1, SBIT and EBIT.
    private static func depacketize(_ payloads: [[UInt8]]) throws -> [UInt8] {
        var bits: [UInt8] = []
        for payload in payloads {
            guard payload.count > 4 else { throw DepacketizationError("empty payload") }
            let (skipped, unused) = (Int(payload[0] >> 5), Int(payload[0] >> 2 & 7))
            guard skipped == bits.count % 8 else { throw DepacketizationError("SBIT \(skipped)") }
            let all = payload[4...].flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
            bits += all[skipped..<all.count - unused]
        }
        guard bits.count % 8 == 0 else { throw DepacketizationError("bits without a byte") }
        return stride(from: 0, to: bits.count, by: 8).map { bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
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
            var unit = whole.randomElement(using: &random)!
            unit = Array(unit.prefix(Int.random(in: 0...unit.count, using: &random)))
            for _ in 0..<Int.random(in: 0...4, using: &random) where !unit.isEmpty {
                unit[Int.random(in: 0..<unit.count, using: &random)] = random.bytes(1)[0]
            }
            if let made = try? Packetized(&packetizer, unit, layout: layout) {
                #expect(try Self.depacketize(made.payloads) == unit)
            }
        }
    }
}
