import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MP2TTests {
    private let layout = PacketLayout(prefix: 4, maximumPacketSize: 1372)

    @Test func attributes() {
        let format = PayloadFormat.transportStream
        #expect(format.sdpMedia(payloadType: 33) == PayloadFormat.transportStream.sdpMedia(payloadType: 33))
        #expect(
            format.sdpMedia(payloadType: 33).rtpmap == "33 MP2T/90000" && format.sdpMedia(payloadType: 33).fmtp == nil)
        #expect(format.staticPayloadType == 33 && format.mediaType == "video")
    }

    /// Seven transport packets fill an RTP packet.
    @Test(arguments: [(1, [1]), (6, [6]), (7, [7]), (8, [7, 1]), (14, [7, 7]), (15, [7, 7, 1])])
    func packets(count: Int, expected: [Int]) throws {
        var random = TestRandom(UInt64(count))
        let unit = (0..<count).flatMap { _ -> [UInt8] in [0x47] + random.bytes(187) }
        var packetizer = PayloadFormat.transportStream.packetizer(layout)
        let made = try Packetized(&packetizer, unit, layout: layout, markers: .none)
        #expect(made.payloads.map { $0.count / 188 } == expected && made.payloads.flatMap { $0 } == unit)
        #expect(made.runs.count == 1)
    }

    @Test(arguments: [(199, 0), (200, 1), (387, 1), (388, 2), (1327, 6), (1328, 7)])
    func room(size: Int, count: Int) throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: size)
        #expect(TransportStreamPacketizer.packets(in: layout) == count)
        var packetizer = PayloadFormat.transportStream.packetizer(layout)
        let unit = [UInt8](repeating: 0x47, count: 188 * 8)
        guard count > 0 else {
            let error = PacketizationError.malformed(
                "no room for a transport packet in packets of 199 bytes", offset: 0)
            #expect(throws: error) { try Packetized(&packetizer, unit, layout: layout) }
            return
        }
        #expect(try Packetized(&packetizer, unit, layout: layout, markers: .none).payloads[0].count == 188 * count)
    }

    @Test(arguments: [0, 1, 187, 189, 188 * 8 - 1]) func notWholePackets(size: Int) {
        var packetizer = PayloadFormat.transportStream.packetizer(layout)
        #expect(
            throws: PacketizationError.malformed("not a whole number of transport packets", offset: size / 188 * 188)
        ) {
            try Packetized(&packetizer, [UInt8](repeating: 0x47, count: size), layout: layout)
        }
    }
}
