import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct VorbisTests {
    private static let identification = XiphStreams.vorbisIdentification()
    private static let comment = hex("03766F72626973 02000000 6162 00000000 01")

    private static func format(_ headers: [[UInt8]]) throws(PayloadFormatError) -> PayloadFormat {
        try PayloadFormat.make(for: XiphStreams.vorbis(headers))
    }

    @Test func attributes() throws {
        let format = try Self.format([Self.identification, Self.comment, hex("05766F72626973 AABB")])
        let media = format.sdpMedia(payloadType: 97)
        #expect(media.rtpmap == "97 vorbis/44100/2")
        #expect(format.fmtp.map(\.name) == ["configuration"])
        let configuration = base64Decoded(format.fmtp[0].value)
        #expect(configuration.starts(with: hex("00000001")))
        // Bytes of the headers, one less than their number, the first two's lengths.
        #expect(Array(configuration[7..<12]) == [0, 30 + 18 + 9, 2, 30, 18])
        #expect(
            Array(configuration[12...]) == Self.identification + Self.comment + hex("05766F72626973 AABB"))
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 200)
        var packetizer = format.packetizer(layout)
        let payloads = try Packetized(&packetizer, [2, 3], layout: layout, markers: .none).payloads
        #expect(try depacketizeXiph(payloads).identifier == Array(configuration[4..<7]))
    }

    /// Another setup header is another configuration.
    @Test func identifiersDiffer() throws {
        let formats = try [[5, 1], [5, 2]].map { try Self.format([Self.identification, Self.comment, $0]) }
        let identifiers = formats.map { base64Decoded($0.fmtp[0].value)[4..<7] }
        #expect(identifiers[0] != identifiers[1])
    }

    /// Seven bits a byte: 127 is the last length of one, 16,383 of two.
    @Test(arguments: [(127, "7F"), (128, "8100"), (300, "822C"), (11_965, "DD3D")])
    func lengths(size: Int, digits: String) throws {
        let format = try Self.format([Self.identification, [UInt8](repeating: 3, count: size), hex("050102")])
        let configuration = base64Decoded(format.fmtp[0].value)
        let lengths = hex(digits)
        #expect(Array(configuration[11..<11 + lengths.count]) == lengths)
        #expect(configuration.count == 11 + lengths.count + 30 + size + 3)
    }

    /// Comments that make the line longer than FFmpeg's are left out: of 12,000 bytes of headers they stay, of one more not.
    @Test func longComments() throws {
        for (size, isKept) in [(11_967, true), (11_968, false), (500_000, false)] {
            let format = try Self.format([Self.identification, [UInt8](repeating: 3, count: size), hex("050102")])
            let text = format.fmtp[0].value
            #expect(text.utf8.count < 16_300)
            let configuration = base64Decoded(text)
            if isKept {
                #expect(configuration.count > size)
            } else {
                #expect(Array(configuration[12..<12 + 30]) == Self.identification)
                #expect(
                    Array(configuration[42...]) == hex("03766F72626973 00000000 00000000 01") + hex("050102"))
            }
        }
    }

    @Test func refusals() throws {
        for headers in [[Self.identification], [[1], [3], [5]], [Self.comment, Self.comment, [5]]] {
            #expect(throws: PayloadFormatError("Vorbis without its three headers")) { try Self.format(headers) }
        }
        #expect(throws: PayloadFormatError("Vorbis without its three headers")) {
            try Self.format([Self.identification, Self.comment, []])
        }
        #expect(throws: PayloadFormatError("Vorbis with 0 channels at 44100 Hz")) {
            try Self.format([XiphStreams.vorbisIdentification(channels: 0), [3], [5]])
        }
        #expect(throws: PayloadFormatError("Vorbis with 2 channels at 0 Hz")) {
            try Self.format([XiphStreams.vorbisIdentification(rate: "00000000"), [3], [5]])
        }
        #expect(throws: PayloadFormatError("codec headers of 65536 bytes: RFC 5215 has room for 65535")) {
            try Self.format([Self.identification, [3], [UInt8](repeating: 5, count: 65_536 - 46)])
        }
        _ = try Self.format([Self.identification, [3], [UInt8](repeating: 5, count: 65_535 - 46)])
    }

    /// Every byte but those that count packets, of which FFmpeg puts several in a payload, and Ident, for which it writes a constant; and the
    /// configuration but the comments, which it leaves out. Its last payload waits for more.
    @Test func ffmpeg() throws {
        let golden = try GoldenFile("vorbis-ffmpeg")
        let format = try golden.xiphFormat(.vorbis)
        let ours = try golden.packetizeXiph(format)
        #expect(ours.count >= golden.units.count && golden.packets.count < golden.units.count)
        #expect(ours.flatMap { $0[4...] }.starts(with: golden.packets.flatMap { $0[16...] }))
        let fmtp = try #require(golden.descriptions.first { $0.contains("configuration=") })
        let theirs = base64Decoded(String(try #require(fmtp.split(separator: "configuration=").last)))
        let mine = base64Decoded(format.fmtp[0].value)
        // The setup header.
        #expect(theirs.suffix(theirs.count - 42) == mine.suffix(theirs.count - 42))
        #expect(Array(theirs[12..<42]) == Array(mine[12..<42]))
    }

    /// Everything: packets, Ident and configuration, but its length, to which GStreamer adds the bytes that state lengths.
    @Test func gstreamer() throws {
        let golden = try GoldenFile("vorbis-gst")
        let format = try golden.gstreamerFormat(.vorbis)
        let ours = try golden.packetizeXiph(format)
        // It keeps back the last packet, in wait of another.
        #expect(golden.packets.count == ours.count - 1)
        #expect(ours.starts(with: golden.packets.map { Array($0[12...]) }))
        try golden.expectConfiguration(format)
    }
}
