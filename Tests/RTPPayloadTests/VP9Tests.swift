import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct VP9Tests {
    private static let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
    private let codec = CodecDescription(codec: .vp9, kind: .video)
    /// A key frame of 1280x720 in profile 0, and an inter frame.
    private static let key = hex("82498342 40 4FF0 2CF0 00")
    private static let inter = hex("86 00")

    private func packetizer(_ layout: PacketLayout = layout) throws -> Packetizer {
        try PayloadFormat.make(for: codec).makePacketizer(layout: layout, payloadType: 96)
    }

    private func data(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 5 | 1) } }

    /// FFmpeg sends neither picture IDs nor sizes, and calls all pictures key frames. Both cut at other places for it.
    @Test func picturesEqualFFmpegs() throws {
        let golden = try GoldenFile("vp9-ffmpeg")
        var pictures: [[[UInt8]]] = [[]]
        for packet in golden.packets {
            pictures[pictures.count - 1].append(Array(packet[12...]))
            if packet[1] & 0x80 != 0 { pictures.append([]) }
        }
        let ours = try golden.packetize(.vp9)
        #expect(ours.count == 5 && pictures.count == 6)
        for (mine, theirs) in zip(ours, pictures) {
            #expect(try depacketizeVP9(mine.payloads).picture == depacketizeVP9(theirs).picture)
        }
    }

    /// GStreamer says in the structure that each picture refers to the one before, which the encoder did not promise.
    @Test func everyPacketEqualsGStreamersButForTheGroup() throws {
        let golden = try GoldenFile("vp9-gst")
        let theirs = try golden.packets.map { try VP9Descriptor(Array($0[12...])) }
        let layout = PacketLayout(prefix: 0, maximumPacketSize: golden.mtu)
        var packetizer = try golden.format(.vp9).packetizer(layout)
        // GStreamer begins its count anywhere.
        let shift = try #require(theirs[0].pictureID)
        var index = 0
        for unit in golden.units {
            let made = try depacketizeVP9(Packetized(&packetizer, unit.bytes, layout: layout).payloads)
            let last = theirs[index...].firstIndex { $0.ends }
            let end = try #require(last) + 1
            let (mine, their) = (made.descriptors[0], theirs[index])
            #expect(made.picture == theirs[index..<end].flatMap(\.data))
            #expect(mine.pictureID == their.pictureID.map { ($0 &- shift) & 0x7FFF })
            #expect(mine.isPredicted == their.isPredicted && mine.size == their.size)
            #expect((mine.size != nil) == unit.isRandomAccessPoint)
            index = end
        }
        #expect(index == theirs.count)
    }

    /// The first bytes of each profile's frames.
    @Test(arguments: [("82", "0"), ("A6", "1"), ("92", "2"), ("B2", "3")]) func attributes(
        byte: String, profile: String
    )
        throws
    {
        let media = try PayloadFormat.make(for: codec, firstUnit: hex(byte)).sdpMedia(payloadType: 98)
        #expect(media.rtpmap == "98 VP9/90000" && media.fmtp == "98 profile-id=\(profile)")
    }

    @Test func noUnitAtHand() throws {
        #expect(try PayloadFormat.make(for: codec).sdpMedia(payloadType: 98).fmtp == nil)
        #expect(throws: PayloadFormatError("VP9 without a frame header")) {
            try PayloadFormat.make(for: codec, firstUnit: hex("000001"))
        }
    }

    /// RFC 9628 4.2, by hand.
    @Test func descriptorsByHand() throws {
        var packetizer = try packetizer()
        let long = Self.key + data(216 - Self.key.count)
        let made = try Packetized(&packetizer, long, layout: Self.layout)
        #expect(made.payloads == [hex("8A 8000 10 0500 02D0") + long[..<108], hex("84 8000") + long[108...]])
        let short = try Packetized(&packetizer, Self.inter, layout: Self.layout)
        #expect(short.payloads == [hex("CC 8001") + Self.inter])
    }

    @Test(arguments: [(113, [113]), (114, [113, 1]), (226, [113, 113]), (227, [113, 113, 1])])
    func sizesAroundTheLimit(size: Int, expected: [Int]) throws {
        var packetizer = try packetizer()
        let unit = Self.inter + data(size - 2)
        let made = try Packetized(&packetizer, unit, layout: Self.layout)
        #expect(made.payloads.map { $0.count - 3 } == expected && made.runs.count == 1)
        #expect(try depacketizeVP9(made.payloads).picture == unit)
    }

    @Test(arguments: [(108, [108]), (109, [108, 1]), (221, [108, 113]), (222, [108, 113, 1])])
    func sizesOfKeyFramesAroundTheLimit(size: Int, expected: [Int]) throws {
        var packetizer = try packetizer()
        let unit = Self.key + data(size - Self.key.count)
        let received = try depacketizeVP9(Packetized(&packetizer, unit, layout: Self.layout).payloads)
        #expect(received.descriptors.map(\.data.count) == expected && received.picture == unit)
        #expect(received.descriptors.map(\.size) == [[1280, 720]] + expected.dropFirst().map { _ in nil })
    }

    @Test func pictureIDWraps() throws {
        var packetizer = try packetizer()
        for number in 0..<32_770 {
            let made = try Packetized(&packetizer, Self.inter, layout: Self.layout, capacity: 100)
            guard number < 130 || number > 32_700 else { continue }
            #expect(try VP9Descriptor(made.payloads[0]).pictureID == UInt16(number & 0x7FFF))
        }
    }

    @Test(arguments: ["", "00", "49", "BA"]) func refused(unit: String) throws {
        var packetizer = try packetizer()
        #expect(throws: PacketizationError.malformed("no VP9 frame header", offset: 0)) {
            try Packetized(&packetizer, hex(unit), layout: Self.layout)
        }
    }

    @Test func outputFullChangesNothing() throws {
        var packetizer = try packetizer()
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, Self.key + data(300), layout: Self.layout, capacity: 200)
        }
        #expect(try Packetized(&packetizer, Self.inter, layout: Self.layout).payloads[0].starts(with: hex("CC 8000")))
    }

    @Test(arguments: 0..<20) func everyByteArrives(seed: UInt64) throws {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 4, maximumPacketSize: .random(in: 128...400, using: &random))
        var packetizer = try packetizer(layout)
        for _ in 0..<40 {
            let start = [Self.key, Self.inter, Array(Self.key[..<5]), hex("B2")].randomElement(using: &random)!
            let unit = start + random.bytes(.random(in: 0...900, using: &random))
            #expect(try depacketizeVP9(Packetized(&packetizer, unit, layout: layout).payloads).picture == unit)
        }
    }
}
