import Testing

@testable import MediaCore

@Suite struct BitReaderTests {
    @Test func bitsAcrossBytes() {
        var reader = BitReader([0b1010_0111, 0b1100_0000])
        #expect(reader.bits(3) == 0b101)
        #expect(reader.bits(7) == 0b0_0111_11)
        #expect(reader.remaining == 6)
        #expect(reader.bits(7) == nil)
        #expect(reader.bits(6) == 0)
        #expect(reader.flag() == nil)
        let skipped = reader.skip(1)
        #expect(!skipped)
    }

    /// H.264 table 9-2.
    @Test(
        arguments: [([0x80], 0), ([0x40], 1), ([0x60], 2), ([0x20], 3), ([0x38], 6), ([0x10], 7)] as [([UInt8], UInt32)]
    )
    func exponentialGolomb(bytes: [UInt8], value: UInt32) {
        var reader = BitReader(bytes)
        #expect(reader.exponentialGolomb() == value)
    }

    @Test(arguments: [[], [0], [0, 0, 0, 0, 0xFF], [0x01]] as [[UInt8]]) func noCode(bytes: [UInt8]) {
        var reader = BitReader(bytes)
        #expect(reader.exponentialGolomb() == nil)
    }
}
