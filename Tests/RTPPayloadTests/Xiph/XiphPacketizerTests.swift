import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct XiphPacketizerTests {
    private static let codecs = [
        XiphStreams.vorbis([XiphStreams.vorbisIdentification(), [3], [5, 1]]),
        XiphStreams.theora([XiphStreams.theoraIdentification(), [0x81], [0x82, 1]]),
    ]

    @Test(arguments: codecs, [0, 4]) func sizesAroundTheLimit(codec: CodecDescription, prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: 128)
        let format = try PayloadFormat.make(for: codec)
        var packetizer = format.packetizer(layout)
        var random = TestRandom(7)
        for (size, packets) in [(0, 1), (1, 1), (109, 1), (110, 1), (111, 2), (220, 2), (221, 3), (70_000, 637)] {
            let unit = random.bytes(size)
            let made = try Packetized(&packetizer, unit, layout: layout, markers: .none)
            #expect(made.packets.count == packets)
            #expect(try depacketizeXiph(made.payloads).unit == unit)
        }
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, random.bytes(50), layout: layout, capacity: 50)
        }
    }

    /// The picture before it stays: one whole packet of the codec, of no bytes.
    @Test func emptyUnit() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)
        var packetizer = try PayloadFormat.make(for: Self.codecs[1]).packetizer(layout)
        let payloads = try Packetized(&packetizer, [], layout: layout, markers: .none).payloads
        // Behind the ident: whole, raw, one packet; its length.
        #expect(payloads.map { Array($0.dropFirst(3)) } == [[0x01, 0, 0]])
    }

    /// Jumbo datagrams: 16 bits of length are enough for the largest.
    @Test func largestPacket() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 65_507)
        var packetizer = try PayloadFormat.make(for: Self.codecs[0]).packetizer(layout)
        let unit = [UInt8](repeating: 2, count: 65_490)
        #expect(try Packetized(&packetizer, unit, layout: layout, markers: .none).packets.count == 2)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>) func noiseAsHeaders(seed: UInt64) throws {
        var random = TestRandom(seed)
        for codec in Self.codecs {
            var noisy = codec
            noisy.configuration = Array(
                codec.configuration.prefix(Int.random(in: 0...codec.configuration.count, using: &random)))
            if !noisy.configuration.isEmpty {
                noisy.configuration[Int.random(in: noisy.configuration.indices, using: &random)] = random.bytes(1)[0]
            }
            guard let format = try? PayloadFormat.make(for: noisy) else { continue }
            let layout = PacketLayout(prefix: 0, maximumPacketSize: 200)
            var packetizer = format.packetizer(layout)
            packetizer.configurationChanged(random.bytes(40))
            let unit = random.bytes(Int.random(in: 0...900, using: &random))
            #expect(
                try depacketizeXiph(Packetized(&packetizer, unit, layout: layout, markers: .none).payloads).unit == unit
            )
        }
    }
}
