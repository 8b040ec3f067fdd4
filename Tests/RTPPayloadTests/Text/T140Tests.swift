import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct T140Tests {
    private static func packets(_ cue: [UInt8], _ format: TextFormat, mtu: Int = 1372) throws -> [[UInt8]] {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: mtu)
        var packetizer = try PayloadFormat.make(for: CodecDescription(codec: .text(format), kind: .subtitle))
            .packetizer(layout)
        return try Packetized(&packetizer, cue, layout: layout, markers: .any).packets
    }

    private static func block(_ cue: String, _ format: TextFormat) throws -> String {
        let packets = try packets(Array(cue.utf8), format)
        #expect(packets.count == 1 && packets[0][1] & 0x80 != 0)
        return String(decoding: packets[0][12...], as: UTF8.self)
    }

    @Test func attributes() throws {
        let format = try PayloadFormat.make(for: CodecDescription(codec: .text(.plain), kind: .subtitle))
        #expect(format.mediaType == "text" && format.sdpMedia(payloadType: 98).rtpmap == "98 t140/1000")
        #expect(format.sdpMedia(payloadType: 98).fmtp == nil)
    }

    private static let cues: [(TextFormat, String, String)] = [
        (.plain, "One\r\ntwo <3\n", "One\u{2028}two <3\u{2028}"),
        (
            .subRip, "<i>No</i>, <font color=\"#fff\">{\\an8}never</font>\n1 < 2 > {0}",
            "No, never\u{2028}1 < 2 > {0}\u{2028}"
        ),
        (.webVTT, "<v Eva>R&amp;B &lt;b&gt;</v><00:01.000> &amp;lt; ", "R&B <b> &lt;\u{2028}"),
        (.ass, "3,0,Default,,0,0,0,,{\\i1}Ja{\\i0}, gut\\Nund\\hso, {so", "Ja, gut\u{2028}und so,\u{2028}"),
        (.ass, "3,0,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}Sign{\\pos(1,2)}ed", "Signed\u{2028}"),
        (.ass, "3,0,Default", "\u{FEFF}"), (.subRip, "<b></b>\n", "\u{FEFF}"),
        (.plain, "a\u{0}\u{8}b\u{1B}[0m", "ab[0m\u{2028}"),
    ]

    @Test(arguments: cues) func text(format: TextFormat, cue: String, expected: String) throws {
        #expect(try Self.block(cue, format) == expected)
    }

    /// A length, then UTF-8 or UTF-16; boxes behind it do not count, nor does a length beyond the sample.
    @Test func timedText() throws {
        let rows = [
            ("0003 48C3A9 0000000C 7374796C", "Hé\u{2028}"), ("0006 FEFF 0048 00E9 000000", "Hé\u{2028}"),
            ("0009 4869", "Hi\u{2028}"), ("0000", "\u{FEFF}"), ("00", "\u{FEFF}"), ("0003 FEFF00", "\u{FEFF}"),
        ]
        for (sample, text) in rows {
            #expect(try String(decoding: Self.packets(hex(sample), .timedText)[0][12...], as: UTF8.self) == text)
        }
    }

    /// No character is cut, and only the first packet has the marker.
    @Test func longCues() throws {
        let text = String(repeating: "aé世🎬", count: 60)
        let packets = try Self.packets(Array(text.utf8), .plain, mtu: 128)
        #expect(packets.count == 6)
        #expect(packets.map { $0[1] & 0x80 != 0 } == [true] + Array(repeating: false, count: 5))
        let blocks = try packets.map { try #require(String(validating: $0[12...], as: UTF8.self)) }
        #expect(blocks.joined() == text + "\u{2028}")
        for length in 110...120 {
            let cue = String(repeating: "x", count: length) + "é"
            let blocks = try Self.packets(Array(cue.utf8), .plain, mtu: 128).map {
                String(decoding: $0[12...], as: UTF8.self)
            }
            #expect(blocks.joined() == cue + "\u{2028}")
        }
    }

    @Test(arguments: [TextFormat.plain, .subRip, .webVTT, .timedText, .ass], 1...20 as ClosedRange<UInt64>)
    func noise(format: TextFormat, seed: UInt64) throws {
        var random = TestRandom(seed)
        let alphabet = Array("<>{}\\pNnh&;,/ 01\r\nlt".utf8)
        for _ in 0..<30 {
            let noise = random.bytes(Int.random(in: 0...300, using: &random))
            let cue = Bool.random(using: &random) ? noise : noise.map { alphabet[Int($0) % alphabet.count] }
            let text = try Self.packets(cue, format, mtu: 128).map { Array($0[12...]) }
            #expect(text.allSatisfy { !$0.isEmpty && String(validating: $0, as: UTF8.self) != nil })
        }
    }
}
