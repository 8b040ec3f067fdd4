import MediaCore
import Testing

@Suite struct LATMElementTests {
    /// Bits, most significant first.
    struct Bits {
        var bits: [UInt8] = []
        mutating func append(_ value: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(UInt8(value >> bit & 1)) }
        }
        var bytes: [UInt8] {
            stride(from: 0, to: bits.count, by: 8).map { start in
                (0..<8).reduce(0) { $0 << 1 | (start + $1 < bits.count ? bits[start + $1] : 0) }
            }
        }
    }

    /// - Parameter configuration: what stands between useSameStreamMux and the frame's length; nil if that is 1.
    static func element(_ configuration: ((inout Bits) -> Void)?, frame: [UInt8]) -> [UInt8] {
        var bits = Bits()
        bits.append(0x2B7, 11)
        bits.append(0, 13)
        bits.append(configuration == nil ? 1 : 0, 1)
        configuration?(&bits)
        for _ in 0..<frame.count / 255 { bits.append(255, 8) }
        bits.append(frame.count % 255, 8)
        for byte in frame { bits.append(Int(byte), 8) }
        return bits.bytes
    }

    /// Version 0: AAC LC, 44.1 kHz, stereo.
    static func plain(_ bits: inout Bits) {
        bits.append(0, 1)
        bits.append(1, 1)
        bits.append(0, 13)
        bits.append(0b00010_0100_0010_000, 16)
        bits.append(0, 3)
        bits.append(0xFF, 8)
        bits.append(0, 2)
    }

    private static func configuration(_ unit: [UInt8]) throws(LATMError) -> [UInt8] {
        var bytes: [UInt8] = []
        if let found = try LATMElement(unit.span.bytes).configuration {
            LATMElement.append(found.bits.count, bitsFrom: found.bits.lowerBound, of: unit.span.bytes, to: &bytes)
        }
        return bytes
    }

    private static func frame(_ unit: [UInt8]) throws(LATMError) -> [UInt8] {
        let element = try LATMElement(unit.span.bytes)
        var bytes: [UInt8] = []
        LATMElement.append(element.frameSize * 8, bitsFrom: element.frameStart, of: unit.span.bytes, to: &bytes)
        return bytes
    }

    @Test(arguments: [0, 1, 254, 255, 256, 510, 700]) func frames(size: Int) throws {
        let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31) }
        for configuration in [nil, Self.plain] as [((inout Bits) -> Void)?] {
            let unit = Self.element(configuration, frame: frame)
            #expect(try Self.frame(unit) == frame)
            let found = try LATMElement(unit.span.bytes).configuration
            #expect((found == nil) == (configuration == nil))
        }
    }

    @Test func versionZero() throws {
        let unit = Self.element(Self.plain, frame: [1, 2, 3])
        let found = try #require(try LATMElement(unit.span.bytes).configuration)
        #expect(found.rate == 44_100 && found.samples == 1024)
        #expect(try Self.configuration(unit) == [0x12, 0x10])
    }

    /// Version 1 says how long the configuration is: with a backward compatible extension (ISO/IEC 14496-3 1.6.5) it is longer than its core.
    @Test func versionOne() throws {
        let unit = Self.element(
            { bits in
                bits.append(0b10, 2)
                bits.append(0b00_1111_1111, 10)
                bits.append(1, 1)
                bits.append(0, 13)
                bits.append(0, 2)
                bits.append(40, 8)
                bits.append(0x138856E5A0 >> 8, 32)
                bits.append(0xA0, 8)
                bits.append(0, 3)
                bits.append(0xFF, 8)
                // Other data: 9 bits, which follow the frame; and a checksum.
                bits.append(1, 1)
                bits.append(0, 2)
                bits.append(9, 8)
                bits.append(1, 1)
                bits.append(0x5A, 8)
            }, frame: [9, 8])
        #expect(try Self.configuration(unit) == [0x13, 0x88, 0x56, 0xE5, 0xA0])
        #expect(try LATMElement(unit.span.bytes).configuration?.rate == 22_050)
        #expect(try Self.frame(unit) == [9, 8])
    }

    /// HE-AAC signalled hierarchically, 960 samples, 24 bits of rate.
    @Test func otherConfigurations() throws {
        let rows: [(value: Int, bits: Int, rate: Int32, samples: Int)] = [
            (0b00101_0110_0010_0011_00010_000, 25, 24_000, 1024),
            (0b00010_0100_0010_100, 16, 44_100, 960),
            (0b00010_1111, 9, 0x123456, 1024),
        ]
        for row in rows {
            let unit = Self.element(
                { bits in
                    bits.append(0, 1)
                    bits.append(1, 1)
                    bits.append(0, 13)
                    bits.append(row.value, row.bits)
                    if row.bits == 9 {
                        bits.append(0x123456, 24)
                        bits.append(0b0001_000, 7)
                    }
                    bits.append(0, 13)
                }, frame: [1])
            let found = try LATMElement(unit.span.bytes).configuration
            #expect(found?.rate == row.rate && found?.samples == row.samples)
            #expect(try Self.frame(unit) == [1])
        }
    }

    @Test func refusals() {
        func unit(_ value: Int, _ count: Int) -> [UInt8] {
            Self.element({ $0.append(value, count) }, frame: [0, 0, 0, 0, 0, 0])
        }
        let rows: [(unit: [UInt8], reason: String)] = [
            ([], "LATM element cut off"), ([0x56, 0xE0, 0, 0x80], "LATM element cut off"),
            ([0xFF, 0xF1, 0, 0], "no LOAS sync word"), (unit(0b11, 2), "LATM of a version that is not defined"),
            (unit(0b0_1_000001, 8), "LATM of several programmes, layers or frames in an element"),
            (unit(0b0_1_000000_0000_000_01001, 20), "audio object type 9 in LATM"),
            (unit(0b0_1_000000_0000_000_00010_0100_0000, 28), "LATM without a channel configuration"),
            (unit(0b0_1_000000_0000_000_00010_1101, 24), "LATM without a sampling rate"),
            (unit(0b0_1_000000_0000_000_00010_0100_0010_001, 31), "an extension of AAC in LATM"),
            (unit(0b0_1_000000_0000_000_00010_0100_0010_000_001, 34), "LATM frames of fixed length"),
            (Array(Self.element(Self.plain, frame: [1, 2, 3]).dropLast(2)), "LATM frame cut off"),
        ]
        for row in rows {
            do throws(LATMError) {
                _ = try LATMElement(row.unit.span.bytes)
                Issue.record("not refused: \(row.reason)")
            } catch {
                #expect(error.reason == row.reason)
            }
        }
    }

    @Test func noiseDoesNotTrap() {
        var seed: UInt64 = 9
        for length in 0..<2_000 {
            var unit: [UInt8] = (0..<length % 90).map { _ in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(seed >> 56)
            }
            for (index, byte) in ([0x56, 0xE0, 0] as [UInt8]).enumerated() where index < unit.count {
                unit[index] = byte
            }
            if let element = try? LATMElement(unit.span.bytes) {
                #expect(element.frameStart + 8 * element.frameSize <= 8 * unit.count)
            }
        }
    }
}
