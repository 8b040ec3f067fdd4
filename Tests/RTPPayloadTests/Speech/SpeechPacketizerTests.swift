import ByteFixtures
import MediaCore
import RTPPayload
import Testing

/// All telephone codecs.
@Suite struct SpeechPacketizerTests {
    struct Row {
        let fixture: SpeechFixture
        let rtpmap: String
        var fmtp: String?
        var staticType: UInt8?
        let frames: Int
    }

    private static let rows = [
        Row(fixture: SpeechFixture(.g722, rate: 16_000), rtpmap: "G722/8000/1", staticType: 9, frames: 160),
        Row(fixture: SpeechFixture(.g7231), rtpmap: "G723/8000/1", staticType: 4, frames: 1),
        Row(fixture: SpeechFixture(.g729), rtpmap: "G729/8000/1", staticType: 18, frames: 2),
        Row(fixture: SpeechFixture(.gsm), rtpmap: "GSM/8000/1", staticType: 3, frames: 1),
        Row(fixture: SpeechFixture(.gsmMS), rtpmap: "GSM/8000/1", staticType: 3, frames: 1),
        Row(fixture: SpeechFixture(.gsm, rate: 11_025), rtpmap: "GSM/11025/1", frames: 1),
        Row(fixture: SpeechFixture(.ilbc, block: 38), rtpmap: "iLBC/8000/1", fmtp: "mode=20", frames: 1),
        Row(fixture: SpeechFixture(.ilbc, block: 50), rtpmap: "iLBC/8000/1", fmtp: "mode=30", frames: 1),
        Row(fixture: SpeechFixture(.qcelp), rtpmap: "QCELP/8000/1", staticType: 12, frames: 1),
        Row(fixture: SpeechFixture(.evrc), rtpmap: "EVRC/8000/1", frames: 10),
        Row(
            fixture: SpeechFixture(.g726(.leastSignificantFirst), bits: 2), rtpmap: "G726-16/8000/1", frames: 40),
        Row(
            fixture: SpeechFixture(.g726(.leastSignificantFirst), block: 3, bits: 3), rtpmap: "G726-24/8000/1",
            frames: 20),
        Row(
            fixture: SpeechFixture(.g726(.mostSignificantFirst), bits: 4), rtpmap: "G726-32/8000/1", frames: 80),
        Row(
            fixture: SpeechFixture(.g726(.mostSignificantFirst), block: 20, bits: 5), rtpmap: "G726-40/8000/1",
            frames: 20),
    ]

    @Test(arguments: rows) func attributes(_ row: Row) throws {
        let format = try row.fixture.format()
        let media = format.sdpMedia(payloadType: 97)
        #expect(media.rtpmap == "97 \(row.rtpmap)")
        #expect(media.fmtp == row.fmtp.map { "97 \($0)" })
        #expect(format.staticPayloadType == row.staticType)
        let framing = try #require(format.sampleFraming(in: PacketLayout(prefix: 0, maximumPacketSize: 1372)))
        #expect(framing.maximumFrames == row.frames)
    }

    @Test func refusals() {
        let rows: [(SpeechFixture, String)] = [
            (SpeechFixture(.g722, rate: 8000), "G.722 with a sampling rate of 8000"),
            (SpeechFixture(.g722, rate: 16_000, channels: 2), "G.722 with 2 channels; one can be sent"),
            (SpeechFixture(.g726(.mostSignificantFirst)), "G.726 with 0 bits per sample"),
            (SpeechFixture(.g726(.mostSignificantFirst), bits: 6), "G.726 with 6 bits per sample"),
            (
                SpeechFixture(.g726(.mostSignificantFirst), block: 1, bits: 3),
                "G.726 with 3 bits per sample in blocks of 1 bytes"
            ),
            (SpeechFixture(.ilbc, block: 39), "iLBC in blocks of 39 bytes"),
            (SpeechFixture(.gsm, channels: 0), "GSM 06.10 with 0 channels; one can be sent"),
        ]
        for (fixture, reason) in rows { #expect(throws: PayloadFormatError(reason)) { try fixture.format() } }
    }

    /// Every codec, cut as the reader cuts, at the smallest packets and the usual ones: depacketized, the frames are those of the unit.
    @Test(arguments: SpeechFixture.all.indices, [128, 1372]) func framesArrive(index: Int, mtu: Int) throws {
        let fixture = SpeechFixture.all[index]
        let layout = PacketLayout(prefix: 4, maximumPacketSize: mtu)
        let format = try fixture.format()
        let framing = try #require(format.sampleFraming(in: layout))
        var packetizer = format.packetizer(layout)
        var random = TestRandom(UInt64(7 + index))
        for count in [1, framing.maximumFrames, framing.maximumFrames + 1, 47] {
            let frames = fixture.unit(count, &random)
            let unit = Array(frames.joined())
            var arrived: [UInt8] = []
            for piece in framing.pieces(of: unit) {
                let packets = try Packetized(&packetizer, piece, layout: layout, markers: .none)
                #expect(packets.payloads.count == 1)
                arrived += try SpeechDepacketizer(fixture.codec).frames(of: packets.payloads[0])
            }
            #expect(arrived == unit)
        }
    }

    @Test(arguments: SpeechFixture.all.indices, 1...30 as ClosedRange<UInt64>) func noise(index: Int, seed: UInt64)
        throws
    {
        var random = TestRandom(seed)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: Int.random(in: 128...400, using: &random))
        let format = try SpeechFixture.all[index].format()
        var packetizer = format.packetizer(layout)
        for _ in 0..<30 {
            let unit = random.bytes(Int.random(in: 0...400, using: &random))
            _ = try? Packetized(&packetizer, unit, layout: layout, markers: .none)
            for piece in format.sampleFraming(in: layout)?.pieces(of: unit) ?? [] {
                _ = try Packetized(&packetizer, piece, layout: layout, markers: .none)
            }
        }
    }

    /// RFC 3558 4.1 by hand: RR LLL NNN, MMM Count, entries of 4 bits filled up with zeros, the frames without their types.
    @Test func bundlesOfEVRC() throws {
        let full = "11223344556677889900AABBCCDDEEFF010203040506"
        let half = "A1A2A3A4A5A6A7A8A9AA"
        let rows = [
            ("04 \(full)", "00 00 40 \(full)"),
            ("04 \(full) 01 E1E2", "00 01 41 \(full) E1E2"),
            ("03 \(half) 00 04 \(full)", "00 02 30 40 \(half) \(full)"),
            ("01 E1E2 05 03 \(half) 01 E3E4", "00 03 15 31 E1E2 \(half) E3E4"),
        ]
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try SpeechFixture(.evrc).format().packetizer(layout)
        for (unit, payload) in rows {
            #expect(try Packetized(&packetizer, hex(unit), layout: layout, markers: .none).payloads == [hex(payload)])
        }
    }

    @Test func commonFramesOfG729() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try SpeechFixture(.g729).format().packetizer(layout)
        for size in [2, 10, 12, 20] {
            let unit = (0..<size).map(UInt8.init)
            #expect(try Packetized(&packetizer, unit, layout: layout, markers: .none).payloads == [unit])
        }
        let cut = try Packetized(&packetizer, [UInt8](repeating: 5, count: 19), layout: layout, markers: .none)
        #expect(cut.payloads == [[UInt8](repeating: 5, count: 10)])
    }
}
