import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct DVTests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
    private static let codec = CodecDescription(codec: .dv, kind: .video, width: 720, height: 480)

    /// The blocks of a sequence by IEC 61834-2 11.4: header, 2 of subcode, 3 of VAUX, then 9 of audio, each before 15 of video.
    private static func sequence(_ number: UInt8, channel: UInt8) -> [UInt8] {
        let types: [UInt8] = [0, 1, 1, 2, 2, 2] + (0..<9).flatMap { _ in [3] + [UInt8](repeating: 4, count: 15) }
        return types.enumerated().flatMap { index, type in
            let body = (0..<77).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) | 0x80 }
            return [type << 5 | 0x1F, number << 4 | channel << 3 | 7, UInt8(truncatingIfNeeded: index)] + body
        }
    }

    /// - Parameters:
    ///   - application: APT.
    ///   - signal: STYPE.
    private static func frame(
        is50: Bool, channels: Int = 1, application: UInt8 = 0, signal: UInt8 = 0, audio: Bool = true
    ) -> [UInt8] {
        var frame = (0..<channels).flatMap { channel in
            (0..<(is50 ? 12 : 10)).flatMap { sequence(UInt8($0), channel: UInt8(channel)) }
        }
        (frame[3], frame[4]) = (is50 ? 0xBF : 0x3F, 0x78 | application)
        (frame[448], frame[451]) = (0x60, 0xE0 | signal)
        for block in 0..<150 where frame[80 * block] >> 5 == 3 { frame[80 * block + 3] = audio ? 0x50 : 0xFF }
        return frame
    }

    private static let kinds: [(frame: [UInt8], fmtp: String)] = [
        (frame(is50: false), "encode=SD-VCR/525-60;audio=bundled"),
        (frame(is50: true, audio: false), "encode=SD-VCR/625-50;audio=none"),
        (frame(is50: false, application: 1), "encode=SD-VCR/525-60;audio=bundled"),
        (frame(is50: true, application: 1), "encode=314M-25/625-50;audio=bundled"),
        (frame(is50: false, channels: 2, application: 1, signal: 4), "encode=314M-50/525-60;audio=bundled"),
        (frame(is50: true, channels: 2, application: 1, signal: 4), "encode=314M-50/625-50;audio=bundled"),
        (frame(is50: false, channels: 4, application: 1, signal: 0x14), "encode=370M/1080-60i;audio=bundled"),
        (frame(is50: true, channels: 4, application: 1, signal: 0x14), "encode=370M/1080-50i;audio=bundled"),
        (frame(is50: false, channels: 2, application: 1, signal: 0x18), "encode=370M/720-60p;audio=bundled"),
        (frame(is50: true, channels: 2, application: 1, signal: 0x18), "encode=370M/720-50p;audio=bundled"),
    ]

    @Test(arguments: kinds.indices) func attributes(kind: Int) throws {
        let (frame, fmtp) = Self.kinds[kind]
        let format = try PayloadFormat.make(for: Self.codec, firstUnit: frame)
        let media = format.sdpMedia(payloadType: 96)
        #expect(media.rtpmap == "96 DV/90000" && media.fmtp == "96 \(fmtp)" && format.mediaType == "video")
        var packetizer = format.packetizer(layout)
        let made = try Packetized(&packetizer, frame, layout: layout)
        #expect(made.payloads.flatMap { $0 } == frame && made.runs.count == 1)
        #expect(made.payloads.allSatisfy { $0.count % 80 == 0 } && made.payloads[0].count == 1360)
    }

    private static let refused: [[UInt8]] = [
        [], Array(frame(is50: false).dropLast()), Array(frame(is50: false).dropLast(80)),
        Array(frame(is50: false).dropFirst(80)), frame(is50: false, channels: 3), frame(is50: true, channels: 4),
        [UInt8](repeating: 0, count: 12_000),
    ]

    @Test(arguments: refused.indices) func refusals(index: Int) {
        #expect(throws: PayloadFormatError("no DV frame of a kind that RFC 6469 knows")) {
            try PayloadFormat.make(for: Self.codec, firstUnit: Self.refused[index])
        }
    }

    /// Whole blocks alone: one, as many as fit, and one more.
    @Test(arguments: [(1, [80]), (2, [160]), (3, [160, 80]), (4, [160, 160]), (5, [160, 160, 80])])
    func sizesAroundTheLimit(blocks: Int, expected: [Int]) throws {
        for size in [172, 173, 251] {
            let layout = PacketLayout(prefix: 4, maximumPacketSize: size)
            var packetizer = try PayloadFormat.make(for: Self.codec, firstUnit: Self.kinds[0].frame).packetizer(layout)
            let unit = Array(Self.kinds[0].frame.prefix(80 * blocks))
            let made = try Packetized(&packetizer, unit, layout: layout)
            #expect(made.payloads.map(\.count) == expected && made.payloads.flatMap { $0 } == unit)
        }
    }

    @Test(arguments: [0, 1, 79, 81, 12_001]) func notWholeBlocks(size: Int) throws {
        var packetizer = try PayloadFormat.make(for: Self.codec, firstUnit: Self.kinds[0].frame).packetizer(layout)
        #expect(throws: PacketizationError.malformed("not a whole number of DIF blocks", offset: size / 80 * 80)) {
            try Packetized(&packetizer, Array(Self.kinds[0].frame.prefix(size)), layout: layout)
        }
    }

    @Test func outputFull() throws {
        var packetizer = try PayloadFormat.make(for: Self.codec, firstUnit: Self.kinds[0].frame).packetizer(layout)
        #expect(throws: PacketizationError.outputFull) {
            try Packetized(&packetizer, Self.kinds[0].frame, layout: layout, capacity: 121_000)
        }
    }
}
