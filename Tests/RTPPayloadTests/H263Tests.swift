import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct H263Tests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
    private let codec = CodecDescription(codec: .h263, kind: .video)

    private func packetizer() throws -> Packetizer {
        try PayloadFormat.make(for: codec).makePacketizer(layout: layout, payloadType: 96)
    }

    private func data(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 5 | 1) } }

    @Test(arguments: ["h263-ffmpeg", "h263-ffmpeg-slices", "h263-gst"]) func everyPacketEquals(name: String) throws {
        let golden = try GoldenFile(name)
        let ours = try golden.packetize(.h263)
        #expect(ours.flatMap(\.packets).map(GoldenFile.comparable) == golden.packets.map(GoldenFile.comparable))
        let resynchronized = ours.filter { $0.payloads.dropFirst().contains { $0[0] == 4 } }
        #expect(resynchronized.isEmpty == (name != "h263-ffmpeg-slices"))
        #expect(try zip(ours, golden.units).allSatisfy { try depacketizeH263($0.payloads) == $1.bytes })
    }

    @Test func attributes() throws {
        let format = try PayloadFormat.make(for: codec, firstUnit: hex("000080 02"))
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 H263-1998/90000")
        #expect(format.sdpMedia(payloadType: 96).fmtp == nil && format.staticPayloadType == nil)
        #expect(throws: PayloadFormatError("H.263 without a picture start code")) {
            try PayloadFormat.make(for: codec, firstUnit: hex("000001 B6"))
        }
    }

    /// The start code's two zeros are not in the payload.
    @Test(arguments: [(116, [116]), (117, [116, 3]), (230, [116, 116]), (231, [116, 116, 3])])
    func sizesAroundTheLimit(size: Int, expected: [Int]) throws {
        var packetizer = try packetizer()
        let unit = hex("000080") + data(size - 3)
        let made = try Packetized(&packetizer, unit, layout: layout)
        #expect(made.payloads.map(\.count) == expected && made.runs.count == 1)
        #expect(made.payloads[0].starts(with: hex("0400 80")))
        #expect(made.payloads.dropFirst().allSatisfy { $0.starts(with: hex("0000")) })
        #expect(try depacketizeH263(made.payloads) == unit)
    }

    /// A packet ends before the last start code in it.
    @Test func groupsOfBlocks() throws {
        var packetizer = try packetizer()
        let groups = [data(50), data(40), data(60), data(150)].map { hex("000084") + $0 }
        let made = try Packetized(&packetizer, groups.flatMap { $0 }, layout: layout)
        #expect(made.payloads.map { Int($0[0]) } == [4, 4, 4, 0])
        #expect(made.payloads.map(\.count) == [96, 63, 116, 39])
        #expect(try depacketizeH263(made.payloads) == groups.flatMap { $0 })
    }

    @Test(arguments: ["", "00", "0000", "000001 B6", "000041"]) func refused(unit: String) throws {
        var packetizer = try packetizer()
        #expect(throws: PacketizationError.malformed("no picture start code", offset: 0)) {
            try Packetized(&packetizer, hex(unit), layout: layout)
        }
    }

    @Test(arguments: 0..<20) func everyByteArrives(seed: UInt64) throws {
        var random = TestRandom(seed)
        var packetizer = try packetizer()
        for _ in 0..<40 {
            let unit =
                hex("000080") + random.bytes(.random(in: 0...600, using: &random)).map { $0 < 200 ? $0 & 0x81 : $0 }
            #expect(try depacketizeH263(Packetized(&packetizer, unit, layout: layout).payloads) == unit)
        }
    }
}
