import ByteFixtures
import Testing

@testable import RTPPayload

@Suite struct H264ParameterSetsTests {
    private func stored(_ sets: H264ParameterSets) -> [[UInt8]] {
        sets.units.map { Array(sets.bytes[Int($0.offset)..<Int($0.offset + $0.length)]) }
    }

    private func sets(_ units: [String]) -> H264ParameterSets {
        var result = H264ParameterSets()
        for unit in units { result.update(hex(unit).span.bytes) }
        return result
    }

    /// By type, then identifier; the last of each stays.
    @Test func replaceAndOrder() {
        let result = sets(["68CE", "6742C01ED9", "685E", "6D80", "68CEFFFF", "6742C01E59", "6742C01FD9AA", "685E"])
        #expect(stored(result) == ["6742C01FD9AA", "6742C01E59", "6D80", "68CEFFFF", "685E"].map(hex))
    }

    @Test(arguments: [
        "", "67", "68", "6742C01E", "6741AA", "0641", "6742C01E00", "6742C01E01", "68000001", "6800",
    ])
    func notASet(unit: String) { #expect(sets([unit]).units.isEmpty) }

    @Test func identifiersUpToTheirLimit() {
        // ue(31) = 00000 100000, ue(32) = 00000 100001; ue(255) = 8 zeros, 1, 8 zeros.
        #expect(sets(["6742C01E 0400"]).units.count == 1)
        #expect(sets(["6742C01E 0420"]).units.isEmpty)
        #expect(sets(["68 008000"]).units.count == 1)
        #expect(sets(["68 008080"]).units.isEmpty)
    }

    @Test func bytesAreBounded() {
        var result = H264ParameterSets()
        for identifier in 0..<8 {
            // ue(n) of 0...7 in seven bits at most.
            let code = UInt8([0x80, 0x40, 0x60, 0x20, 0x28, 0x30, 0x38, 0x10][identifier])
            result.update(([0x68, code] + [UInt8](repeating: 1, count: 10_000)).span.bytes)
        }
        #expect(result.units.count == 6)
        #expect(result.bytes.count <= H264ParameterSets.maximumBytes)
    }
}
