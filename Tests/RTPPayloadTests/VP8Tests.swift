import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct VP8Tests {
    private static let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
    private let codec = CodecDescription(codec: .vp8, kind: .video)

    private func packetizer(_ layout: PacketLayout = layout) throws -> Packetizer {
        try PayloadFormat.make(for: codec).makePacketizer(layout: layout, payloadType: 96)
    }

    /// FFmpeg counts from 0 and names neither partitions nor frames that nobody needs; PictureID, S and PID of the rest
    /// are its.
    @Test func everyPacketEqualsFFmpegs() throws {
        let golden = try GoldenFile("vp8-ffmpeg")
        let ours = try golden.packetize(.vp8).flatMap(\.packets)
        let theirs = golden.packets.map(GoldenFile.comparable)
        #expect(ours.count == theirs.count && theirs.count > 8)
        for (mine, their) in zip(ours.map(GoldenFile.comparable), theirs) {
            #expect(mine[1] & 0xC0 == their[1] & 0xC0)
            #expect(mine[1] & 0x1F == 0x10 || mine[1] & 0x0F != 0 || their[1] & 0x10 == 0)
            #expect([mine[0]] + mine[2...] == [their[0]] + their[2...])
        }
    }

    /// GStreamer names the partitions, of which the clip has five, but marks no frame as needed by none.
    @Test func everyPacketEqualsGStreamers() throws {
        let golden = try GoldenFile("vp8-gst")
        let ours = try golden.packetize(.vp8).flatMap(\.packets).map(GoldenFile.comparable)
        let theirs = golden.packets.map(GoldenFile.comparable)
        #expect(ours.count == theirs.count)
        for (mine, their) in zip(ours, theirs) { #expect([mine[0], mine[1] & ~0x20] + mine[2...] == their) }
        #expect(Set(theirs.map { $0[1] & 7 }) == [0, 1, 2, 3, 4])
    }

    @Test func attributes() throws {
        let format = try PayloadFormat.make(for: codec, firstUnit: VP8TestFrame().bytes)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 VP8/90000")
        #expect(format.sdpMedia(payloadType: 96).fmtp == nil && format.staticPayloadType == nil)
        #expect(throws: PayloadFormatError("VP8 without a frame header")) {
            try PayloadFormat.make(for: codec, firstUnit: hex("000001 B6"))
        }
    }

    @Test(arguments: [(112, [112]), (113, [112, 1]), (224, [112, 112]), (225, [112, 112, 1])])
    func sizesAroundTheLimit(size: Int, expected: [Int]) throws {
        var packetizer = try packetizer()
        var frame = VP8TestFrame()
        frame.partitions = [[]]
        frame.partitions = [[UInt8](repeating: 7, count: size - frame.bytes.count)]
        let made = try Packetized(&packetizer, frame.bytes, layout: Self.layout)
        #expect(made.payloads.map { $0.count - 4 } == expected && made.runs.count == 1)
        let received = try depacketizeVP8(made.payloads)
        #expect(received.frame == frame.bytes)
        #expect(received.descriptors.map(\.partition) == [0] + expected.dropFirst().map { _ in 1 })
        #expect(received.descriptors.dropFirst().allSatisfy { !$0.beginsPartition })
    }

    /// RFC 7741 4.2: S where a packet begins with a partition, PID of its first byte, the ninth as the eighth.
    @Test(arguments: [1, 2, 4, 8]) func partitions(count: Int) throws {
        var packetizer = try packetizer()
        var frame = VP8TestFrame()
        frame.partitions = (0..<count).map { [UInt8](repeating: UInt8($0), count: 112) }
        // So that the first token partition begins with a packet.
        frame.modes = [UInt8](repeating: 0x55, count: (112 - (frame.bytes.count - 112 * count)))
        let made = try depacketizeVP8(Packetized(&packetizer, frame.bytes, layout: Self.layout).payloads)
        #expect(made.descriptors.map { Int($0.partition) } == (0...count).map { min($0, 7) })
        #expect(!made.descriptors.contains { !$0.beginsPartition })
    }

    @Test func unreferencedFramesSaySo() throws {
        var packetizer = try packetizer()
        var frame = VP8TestFrame()
        for isNeeded in [true, false, true] {
            frame.refreshes.last = isNeeded
            let made = try Packetized(&packetizer, frame.bytes, layout: Self.layout)
            #expect(try depacketizeVP8(made.payloads).descriptors[0].isUnreferenced == !isNeeded)
        }
    }

    @Test func pictureIDCountsFramesAndWraps() throws {
        var packetizer = try packetizer()
        let frame = VP8TestFrame().bytes
        for number in 0..<32_770 {
            if number == 100 {
                #expect(throws: PacketizationError.outputFull) {
                    try Packetized(&packetizer, frame, layout: Self.layout, capacity: 10)
                }
            }
            let made = try Packetized(&packetizer, frame, layout: Self.layout, capacity: 100)
            guard number < 200 || number > 32_700 else { continue }
            #expect(try VP8Descriptor(made.payloads[0]).pictureID == UInt16(number & 0x7FFF))
            #expect(made.payloads[0][2] & 0x80 != 0)
        }
    }

    @Test(arguments: ["", "11", "1102", "100200 9D012B B0009000 00"]) func refused(unit: String) throws {
        var packetizer = try packetizer()
        #expect(throws: PacketizationError.malformed("no VP8 frame header", offset: 0)) {
            try Packetized(&packetizer, hex(unit), layout: Self.layout)
        }
    }

    @Test(arguments: 0..<20) func everyByteArrives(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: .random(in: 128...400, using: &random))
        var packetizer = try packetizer(layout)
        for _ in 0..<40 {
            let unit = [0x11] + random.bytes(.random(in: 2...900, using: &random))
            #expect(try depacketizeVP8(Packetized(&packetizer, unit, layout: layout).payloads).frame == unit)
        }
    }
}
