import MediaCore
import RTPPayload
import Testing

/// GStreamer cuts elsewhere: it lets a packet grow too large where the first macroblock of a group does not fit. And it leaves out the zeros
/// that fill a picture's last byte, so that the next picture begins in that byte. So its packets are compared bit for bit with the
/// picture, and their headers with those of ours that begin at the same macroblock.
@Suite struct H261GoldenTests {
    private struct Cut {
        let unit: [UInt8]
        /// Bits from the unit's start.
        let start: Int
        let theirs: H261Payload
    }

    private static func cuts(_ golden: GoldenFile) throws -> [Cut] {
        var cuts: [Cut] = []
        var units = golden.units.map(\.bytes)[...]
        var picture: [UInt8] = []
        var unused = 0
        for packet in golden.packets {
            let payload = try H261Payload(Array(packet[12...]))
            // The stream of bits has no gap.
            #expect((payload.skipped + unused) % 8 == 0)
            unused = payload.unused
            let unit = try #require(units.first)
            cuts.append(Cut(unit: unit, start: picture.count, theirs: payload))
            picture += payload.bits
            guard packet[1] & 0x80 != 0 else { continue }
            let bits = H261Payload.bits(unit)
            #expect(bits.starts(with: picture) && bits.count - picture.count < 8)
            #expect(bits[picture.count...].allSatisfy { $0 == 0 })
            picture = []
            units.removeFirst()
        }
        #expect(units.isEmpty && picture.isEmpty)
        return cuts
    }

    /// Our packet that begins at bit `start`: the second one, if the first is as large as what lies before. Where a macroblock is larger than
    /// that, some packet of another size.
    private static func packet(of unit: [UInt8], at start: Int) -> H261Payload? {
        for largest in [start > 0 ? 16 + (start + 7) / 8 : 1372] + Array(300...600) {
            guard let payloads = try? payloads(of: unit, largest: largest) else { continue }
            var bit = 0
            for payload in payloads {
                if bit == start { return payload }
                bit += payload.bits.count
            }
        }
        return nil
    }

    private static func payloads(of unit: [UInt8], largest: Int) throws -> [H261Payload] {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: largest)
        let codec = CodecDescription(codec: .h261, kind: .video, width: 176, height: 144)
        var packetizer = try PayloadFormat.make(for: codec).packetizer(layout)
        return try Packetized(&packetizer, unit, layout: layout).payloads.map { try H261Payload($0) }
    }

    @Test func everyHeaderEquals() throws {
        let golden = try GoldenFile("h261-gst")
        let cuts = try Self.cuts(golden)
        #expect(cuts.count == golden.packets.count && cuts.count > 50)
        for cut in cuts {
            let ours = try #require(Self.packet(of: cut.unit, at: cut.start))
            #expect(ours.fields == cut.theirs.fields, "at bit \(cut.start)")
        }
        // With vectors, in both directions, and without; of all groups.
        let fields = cuts.map(\.theirs.fields)
        #expect(
            fields.contains { $0 >> 5 & 31 > 0 } && fields.contains { $0 & 31 > 15 }
                && fields.contains { $0 & 1023 == 0 })
        #expect(Set(fields.map { $0 >> 20 & 15 }) == [0, 1, 3, 5])
    }

    /// Of the recording's 53 packets; ours cannot be (`Packetized`).
    @Test func oneOfTheirsIsTooLarge() throws {
        let golden = try GoldenFile("h261-gst")
        #expect(golden.packets.filter { $0.count > golden.mtu }.count == 1)
    }
}
