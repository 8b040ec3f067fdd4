import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MPEGVideoTests {
    private static let sequence = hex("000001B3 08006023 FFFFE018 000001B5 148A00010000")
    private static let group = hex("000001B8 00080040")
    private static let layout = PacketLayout(prefix: 4, maximumPacketSize: 128)

    private func packetizer(_ configuration: [UInt8] = []) throws -> Packetizer {
        try PayloadFormat.make(for: CodecDescription(codec: .mpeg2Video, kind: .video, configuration: configuration))
            .makePacketizer(layout: Self.layout, payloadType: 32)
    }

    private func made(_ packetizer: inout Packetizer, _ unit: [UInt8], key: Bool = false) throws -> Packetized {
        try Packetized(&packetizer, unit, key: key, layout: Self.layout, payloadType: 32)
    }

    private func headers(_ made: Packetized) throws -> [UInt32] { try depacketizeMPV(made.payloads).headers }

    /// The first slice of `count` bytes.
    private func slice(_ count: Int) -> [UInt8] {
        hex("00000101") + (4..<count).map { UInt8(truncatingIfNeeded: $0 &* 5 | 1) }
    }

    /// Temporal reference 0x155, vbv_delay 0xFFFF, then full_pel 1 and f_code 5 forward, 0 and 3 backward.
    private func picture(type: UInt8) -> [UInt8] {
        let bits = UInt64(0x155) << 30 | UInt64(type) << 27 | 0xFFFF << 11 | 1 << 10 | 5 << 7 | 0 << 6 | 3 << 3
        return hex("00000100") + (0..<5).map { UInt8(truncatingIfNeeded: bits >> (32 - 8 * $0)) }
    }

    /// A recording's packets by their places in the stream.
    private func places(_ packets: [[UInt8]]) -> [Range<Int>: [UInt8]] {
        var end = 0
        var result: [Range<Int>: [UInt8]] = [:]
        for packet in packets {
            result[end..<end + packet.count - 16] = packet
            end += packet.count - 16
        }
        return result
    }

    /// FFmpeg cuts where we do, but that it puts the rest of a slice and a unit's last slices into one packet; it says
    /// the same of picture and slice ends. It has S at the group and no vectors.
    @Test(arguments: [("mpeg1-ffmpeg", Codec.mpeg1Video), ("mpeg2-ffmpeg", .mpeg2Video)], [0, 4])
    func packetsEqualFFmpegs(recording: (name: String, codec: Codec), prefix: Int) throws {
        let golden = try GoldenFile(recording.name)
        let ours = places(try golden.packetize(recording.codec, prefix: prefix).flatMap(\.packets))
        let theirs = places(golden.packets)
        #expect(Set(theirs.keys.map(\.lowerBound)).isSubset(of: ours.keys.map(\.lowerBound)))
        #expect(ours.keys.map(\.upperBound).max() == theirs.keys.map(\.upperBound).max())
        func comparable(_ packet: [UInt8]) -> [UInt8] {
            [packet[1], packet[12], packet[13], packet[14] & 0x07] + packet[16...]
        }
        let both = ours.keys.filter { theirs[$0] != nil }
        #expect(both.count >= 30)
        #expect(both.allSatisfy { ours[$0].map(comparable) == theirs[$0].map(comparable) })
        // FFmpeg sets E also after headers.
        #expect(both.allSatisfy { ours[$0]![14] & 8 == 0 || theirs[$0]![14] & 8 != 0 })
        let isSplit = both.map { ours[$0]![14] & 8 == 0 }
        #expect(isSplit.contains(true) && isSplit.contains(false), "whole and split slices")
    }

    @Test func attributes() throws {
        for codec in [Codec.mpeg1Video, .mpeg2Video] {
            let format = try PayloadFormat.make(for: CodecDescription(codec: codec, kind: .video))
            #expect(format.staticPayloadType == 32)
            #expect(format.sdpMedia(payloadType: 32).rtpmap == "32 MPV/90000" && format.fmtp.isEmpty)
        }
        #expect(throws: PayloadFormatError("MPEG-2 video without start codes")) {
            try PayloadFormat.make(for: CodecDescription(codec: .mpeg2Video, kind: .video), firstUnit: hex("FFD8FF"))
        }
    }

    /// TR, P and the vectors that each picture type has; S, B and E of a unit in one packet.
    @Test(arguments: [(1, 0x0155_3900), (2, 0x0155_3A0D), (3, 0x0155_3B3D), (4, 0x0155_3C00)])
    func pictureFields(type: UInt8, header: UInt32) throws {
        var packetizer = try packetizer()
        let unit = Self.sequence + Self.group + picture(type: type) + slice(20)
        #expect(try headers(made(&packetizer, unit)) == [header])
        #expect(try headers(made(&packetizer, picture(type: type) + slice(20))) == [header & ~0x2000])
    }

    /// A payload has 112 bytes of the stream. B is 0x1000, E 0x800.
    @Test(
        arguments: [
            ([50, 53], [112], [0x1800]),
            ([50, 54], [59, 54], [0x1800, 0x1800]),
            ([103, 20, 20], [112, 40], [0x1800, 0x1800]),
            ([104, 20], [9, 104, 20], [0, 0x1800, 0x1800]),
            // Larger than a packet: from where it is, and its rest alone.
            ([50, 150, 20], [112, 97, 20], [0x1000, 0x800, 0x1800]),
            // No room for a slice header.
            ([90, 150], [99, 112, 38], [0x1800, 0x1000, 0x800]),
            ([300], [112, 112, 85], [0x1000, 0, 0x800]),
        ] as [([Int], [Int], [UInt32])])
    func slices(slices: [Int], sizes: [Int], flags: [UInt32]) throws {
        var packetizer = try packetizer()
        let unit = picture(type: 1) + slices.flatMap(slice)
        let made = try made(&packetizer, unit)
        #expect(made.payloads.map { $0.count - 4 } == sizes)
        #expect(try headers(made).map { $0 & 0x1800 } == flags)
        #expect(try depacketizeMPV(made.payloads).unit == unit)
    }

    /// A second field's header begins a packet, and its packets say its type.
    @Test func fieldPictures() throws {
        var packetizer = try packetizer()
        let made = try made(&packetizer, picture(type: 1) + slice(20) + picture(type: 2) + slice(20) + hex("000001B7"))
        #expect(try headers(made) == [0x0155_1900, 0x0155_1A0D])
    }

    @Test func sequenceHeadersGoBeforeRandomAccessPoints() throws {
        var packetizer = try packetizer(Self.sequence)
        let unit = picture(type: 1) + slice(20)
        #expect(try depacketizeMPV(made(&packetizer, unit, key: true).payloads).unit == Self.sequence + unit)
        #expect(try depacketizeMPV(made(&packetizer, unit).payloads).unit == unit)
        let own = hex("000001B3 10006013 FFFFE018") + Self.group + unit
        #expect(try depacketizeMPV(made(&packetizer, own, key: true).payloads).unit == own)
        #expect(try depacketizeMPV(made(&packetizer, unit, key: true).payloads).unit == own.prefix(12) + unit)
        packetizer.configurationChanged(Self.sequence)
        #expect(try depacketizeMPV(made(&packetizer, unit, key: true).payloads).unit == Self.sequence + unit)
    }

    @Test(arguments: ["", "0000", "41AA"]) func refused(unit: String) throws {
        var packetizer = try packetizer()
        #expect(throws: PacketizationError.malformed("no start code", offset: 0)) { try made(&packetizer, hex(unit)) }
    }

    @Test(arguments: 0..<20) func everyByteArrives(seed: UInt64) throws {
        var random = TestRandom(seed)
        var packetizer = try packetizer(Self.sequence)
        for round in 0..<40 {
            var unit = hex("000001") + random.bytes(.random(in: 0...600, using: &random)).map { $0 < 200 ? $0 & 1 : $0 }
            if round % 2 == 0 { unit += picture(type: UInt8(round % 5)).prefix(Int.random(in: 3...9, using: &random)) }
            #expect(try depacketizeMPV(made(&packetizer, unit).payloads).unit == unit)
            _ = try? made(&packetizer, unit, key: true)
        }
    }
}
