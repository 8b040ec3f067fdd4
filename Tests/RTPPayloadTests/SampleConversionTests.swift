import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct SampleConversionTests {
    /// What one stored mono sample becomes.
    private static func sent(_ codec: Codec, _ stored: [UInt8], channels: Int = 1) throws -> [UInt8] {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        var packetizer = try PCMTests.format(codec, rate: 48_000, channels: channels).packetizer(layout)
        return try Packetized(&packetizer, stored, layout: layout, markers: .none).payloads[0]
    }

    private static let exact: [(format: PCMFormat, stored: String, sent: String)] = [
        (PCMTests.linear(.unsigned, 8), "00 01 80 FF", "8000 8100 0000 7F00"),
        (PCMTests.linear(.signed, 8), "80 FF 00 7F", "8000 FF00 0000 7F00"),
        (PCMTests.linear(.signed, 16), "0080 FFFF 3412", "8000 FFFF 1234"),
        (PCMTests.linear(.signed, 16, big: true), "8000 FFFF 1234", "8000 FFFF 1234"),
        (PCMTests.linear(.unsigned, 16), "0000 0080 3492", "8000 0000 1234"),
        (PCMTests.linear(.unsigned, 16, big: true), "0000 8000 9234", "8000 0000 1234"),
        (PCMTests.linear(.signed, 24), "000080 FFFFFF 563412", "800000 FFFFFF 123456"),
        (PCMTests.linear(.signed, 24, big: true), "800000 FFFFFF 123456", "800000 FFFFFF 123456"),
        (PCMTests.linear(.unsigned, 24), "000000 000080 563492", "800000 000000 123456"),
        (PCMTests.linear(.unsigned, 24, big: true), "000000 800000 923456", "800000 000000 123456"),
    ]

    @Test(arguments: exact) func exactly(row: (format: PCMFormat, stored: String, sent: String)) throws {
        #expect(try Self.sent(.pcm(row.format), hex(row.stored)) == hex(row.sent))
    }

    /// Halves go to the even number; the highest does not overflow.
    private static let rounded: [(format: PCMFormat, stored: String, sent: String)] = [
        (
            PCMTests.linear(.signed, 32, big: true), "80000000 1234567F 12345680 12345780 123456FF",
            "800000 123456 123456 123458 123457"
        ),
        (PCMTests.linear(.signed, 32, big: true), "7FFFFFFF 7FFFFF80 FFFFFF80 FFFFFE80", "7FFFFF 7FFFFF 000000 FFFFFE"),
        (PCMTests.linear(.signed, 32), "80563412 00000080", "123456 800000"),
        (PCMTests.linear(.unsigned, 32, big: true), "00000000 80000000 FFFFFFFF", "800000 000000 7FFFFF"),
        (PCMTests.linear(.unsigned, 32), "00000080 FFFFFFFF", "000000 7FFFFF"),
        (
            PCMTests.linear(.signed, 64, big: true), "1234568000000000 1234568000000001 7FFFFFFFFFFFFFFF",
            "123456 123457 7FFFFF"
        ),
        (PCMTests.linear(.signed, 64), "0000000080563412", "123456"),
        (PCMTests.linear(.unsigned, 64, big: true), "0000000000000000 8000000000000000", "800000 000000"),
    ]

    @Test(arguments: rounded) func toTwentyFourBits(row: (format: PCMFormat, stored: String, sent: String)) throws {
        #expect(try Self.sent(.pcm(row.format), hex(row.stored)) == hex(row.sent))
    }

    private static let floats: [(value: Double, sent: String)] = [
        (0, "000000"), (0.5, "400000"), (-1, "800000"), (1, "7FFFFF"), (2, "7FFFFF"), (-7, "800000"),
        (.nan, "000000"), (.infinity, "7FFFFF"), (-.infinity, "800000"), (.leastNonzeroMagnitude, "000000"),
        (0.5 / 0x80_0000, "000000"), (1.5 / 0x80_0000, "000002"), (-1.5 / 0x80_0000, "FFFFFE"),
        (.greatestFiniteMagnitude, "7FFFFF"),
    ]

    @Test(arguments: floats, [false, true]) func floatingPoint(row: (value: Double, sent: String), big: Bool) throws {
        let wide = withUnsafeBytes(of: big ? row.value.bitPattern.bigEndian : row.value.bitPattern) { Array($0) }
        #expect(try Self.sent(.pcm(PCMTests.linear(.float, 64, big: big)), wide) == hex(row.sent))
        let bits = Float(row.value).bitPattern
        let narrow = withUnsafeBytes(of: big ? bits.bigEndian : bits) { Array($0) }
        #expect(try Self.sent(.pcm(PCMTests.linear(.float, 32, big: big)), narrow) == hex(row.sent))
    }

    @Test(arguments: [(Codec.pcmu, mulawValues), (.pcma, alawValues)]) func companded(codec: Codec, decoded: String)
        throws
    {
        let codes = Array(UInt8.min...255)
        #expect(try Self.sent(codec, codes, channels: 2) == hex(decoded))
        #expect(try Self.sent(codec, codes) == codes, "one channel travels as it is")
    }

    /// Unaligned and of every length.
    @Test func channelsKeepTheirOrder() throws {
        var random = TestRandom(2)
        for frames in 1...20 {
            let stored = random.bytes(12 * frames)
            let expected = stride(from: 0, to: stored.count, by: 2).flatMap { [stored[$0 + 1], stored[$0]] }
            #expect(try Self.sent(.pcm(PCMTests.linear(.signed, 16)), stored, channels: 6) == expected)
        }
    }
}

/// The values of the codes 0 to 255 as FFmpeg decodes them, 16 bits each: `ffmpeg -f mulaw -i codes -f s16be`.
private let mulawValues = """
    828486848A848E84928496849A849E84A284A684AA84AE84B284B684BA84BE84C184C384C584C784C984CB84CD84CF84
    D184D384D584D784D984DB84DD84DF84E104E204E304E404E504E604E704E804E904EA04EB04EC04ED04EE04EF04F004
    F0C4F144F1C4F244F2C4F344F3C4F444F4C4F544F5C4F644F6C4F744F7C4F844F8A4F8E4F924F964F9A4F9E4FA24FA64
    FAA4FAE4FB24FB64FBA4FBE4FC24FC64FC94FCB4FCD4FCF4FD14FD34FD54FD74FD94FDB4FDD4FDF4FE14FE34FE54FE74
    FE8CFE9CFEACFEBCFECCFEDCFEECFEFCFF0CFF1CFF2CFF3CFF4CFF5CFF6CFF7CFF88FF90FF98FFA0FFA8FFB0FFB8FFC0
    FFC8FFD0FFD8FFE0FFE8FFF0FFF800007D7C797C757C717C6D7C697C657C617C5D7C597C557C517C4D7C497C457C417C
    3E7C3C7C3A7C387C367C347C327C307C2E7C2C7C2A7C287C267C247C227C207C1EFC1DFC1CFC1BFC1AFC19FC18FC17FC
    16FC15FC14FC13FC12FC11FC10FC0FFC0F3C0EBC0E3C0DBC0D3C0CBC0C3C0BBC0B3C0ABC0A3C09BC093C08BC083C07BC
    075C071C06DC069C065C061C05DC059C055C051C04DC049C045C041C03DC039C036C034C032C030C02EC02CC02AC028C
    026C024C022C020C01EC01CC01AC018C0174016401540144013401240114010400F400E400D400C400B400A400940084
    0078007000680060005800500048004000380030002800200018001000080000
    """

/// The values of the codes 0 to 255 as FFmpeg decodes them, 16 bits each: `ffmpeg -f alaw -i codes -f s16be`.
private let alawValues = """
    EA80EB80E880E980EE80EF80EC80ED80E280E380E080E180E680E780E480E580F540F5C0F440F4C0F740F7C0F640F6C0
    F140F1C0F040F0C0F340F3C0F240F2C0AA00AE00A200A600BA00BE00B200B6008A008E00820086009A009E0092009600
    D500D700D100D300DD00DF00D900DB00C500C700C100C300CD00CF00C900CB00FEA8FEB8FE88FE98FEE8FEF8FEC8FED8
    FE28FE38FE08FE18FE68FE78FE48FE58FFA8FFB8FF88FF98FFE8FFF8FFC8FFD8FF28FF38FF08FF18FF68FF78FF48FF58
    FAA0FAE0FA20FA60FBA0FBE0FB20FB60F8A0F8E0F820F860F9A0F9E0F920F960FD50FD70FD10FD30FDD0FDF0FD90FDB0
    FC50FC70FC10FC30FCD0FCF0FC90FCB0158014801780168011801080138012801D801C801F801E80198018801B801A80
    0AC00A400BC00B4008C0084009C009400EC00E400FC00F400CC00C400DC00D40560052005E005A00460042004E004A00
    760072007E007A00660062006E006A002B0029002F002D0023002100270025003B0039003F003D003300310037003500
    0158014801780168011801080138012801D801C801F801E80198018801B801A800580048007800680018000800380028
    00D800C800F800E80098008800B800A80560052005E005A00460042004E004A00760072007E007A00660062006E006A0
    02B0029002F002D0023002100270025003B0039003F003D00330031003700350
    """
