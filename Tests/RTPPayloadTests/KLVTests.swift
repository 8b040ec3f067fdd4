import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct KLVTests {
    private static let codec = CodecDescription(codec: .klv, kind: .data)

    @Test func attributes() throws {
        let format = try PayloadFormat.make(for: Self.codec)
        #expect(
            format.mediaType == "application"
                && format.sampleFraming(in: PacketLayout(prefix: 0, maximumPacketSize: 1372)) == nil)
        #expect(format.sdpMedia(payloadType: 97).rtpmap == "97 smpte336m/90000")
        #expect(format.sdpMedia(payloadType: 97).fmtp == nil)
    }

    /// Cut where packets are full; the marker on the last.
    @Test(arguments: [0, 4]) func sizesAroundTheLimit(prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: 128)
        var packetizer = try PayloadFormat.make(for: Self.codec).packetizer(layout)
        var random = TestRandom(3)
        for (size, packets) in [(1, 1), (115, 1), (116, 1), (117, 2), (232, 2), (233, 3)] {
            let unit = random.bytes(size)
            let packetized = try Packetized(&packetizer, unit, layout: layout)
            #expect(packetized.packets.count == packets && Array(packetized.payloads.joined()) == unit)
        }
        #expect(throws: PacketizationError.malformed("empty access unit", offset: 0)) {
            try Packetized(&packetizer, [], layout: layout)
        }
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, random.bytes(200), layout: layout, capacity: 200)
        }
    }
}
