import MediaCore
import Testing

@testable import Timestamps

@Suite struct NALUnitsTests {
    private func first(_ framing: NALUnits, _ bytes: [UInt8]) -> [UInt8] {
        var first: [UInt8] = []
        framing.visit(bytes.span.bytes) { unit in
            first.append(unit.byte(0))
            return true
        }
        return first
    }

    @Test(arguments: [1, 2, 4]) func lengths(_ size: Int) {
        let prefix = [UInt8](repeating: 0, count: size - 1)
        #expect(first(.lengths(size: size), prefix + [2, 0x67, 1] + prefix + [1, 0x65]) == [0x67, 0x65])
        // A length beyond the end: what is there is still a beginning.
        #expect(first(.lengths(size: size), prefix + [9, 0x41]) == [0x41])
    }

    @Test func startCodes() {
        #expect(first(.startCodes, [0, 0, 0, 1, 0x67, 5, 0, 0, 1, 0x68, 0, 0, 0, 1, 0x65]) == [0x67, 0x68, 0x65])
        #expect(first(.startCodes, [1, 2, 3]).isEmpty)
        #expect(first(.startCodes, [0, 0, 1]).isEmpty)
        // A file whose configuration announces lengths of four bytes may hold start codes.
        #expect(first(.lengths(size: 4), [0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x65]) == [0x67, 0x65])
    }

    @Test func emulationPreventionIsUndone() {
        func payload(_ bytes: [UInt8], limit: Int = 99) -> [UInt8] {
            NALUnits.payload(bytes.span.bytes, headerSize: 1, limit: limit)
        }
        #expect(payload([0x67, 1, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 2]) == [1, 0, 0, 1, 0, 0, 0, 0, 2])
        #expect(payload([0x67, 1, 2, 3, 4], limit: 2) == [1, 2])
        #expect(payload([0x67, 7, 0, 0, 1, 9]) == [7, 0, 0])
        #expect(payload([0x67]).isEmpty)
    }

    @Test func codesOfBothSigns() {
        // 1 010 011 00100 00101
        var reader = BitReader([0b1010_0110, 0b0100_0010, 0b1000_0000])
        let values = (0..<5).map { _ in reader.unsigned() }
        #expect(values == [0, 1, 2, 3, 4])
        reader = BitReader([0b1010_0110, 0b0100_0010, 0b1000_0000])
        let signed = (0..<5).map { _ in reader.signed() }
        #expect(signed == [0, 1, -1, 2, -2])
        reader = BitReader([0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE])
        #expect(reader.unsigned() == UInt32.max - 1)
        reader = BitReader([0, 0, 0, 0, 0xFF])
        #expect(reader.unsigned() == nil)
    }
}
