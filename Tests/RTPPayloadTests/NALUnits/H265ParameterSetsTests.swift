import ByteFixtures
import Testing

@testable import RTPPayload

@Suite struct H265ParameterSetsTests {
    private func stored(_ units: [[UInt8]]) -> [[UInt8]] {
        var sets = H265ParameterSets()
        for unit in units { sets.update(unit.span.bytes) }
        return sets.units.map { Array(sets.bytes[$0.range]) }
    }

    /// By type, then identifier; the last of each stays.
    @Test func replaceAndOrder() {
        let (vps1, pps1, pps0) = (hex("4001 1C01"), hex("4401 58"), hex("4401 FF"))
        #expect(
            stored([pps1, H265Tests.pps, H265Tests.sps, vps1, H265Tests.vps, pps0, H265Tests.sps])
                == [H265Tests.vps, vps1, H265Tests.sps, pps0, pps1])
    }

    @Test(arguments: [
        "", "4001", "4201 01", "4201 0101600000030090000003000003001E", "4401", "4401 00", "4401 0208", "4E01 05",
        "4009 0C01",  // layer 1
    ])
    func notASet(unit: String) { #expect(stored([hex(unit)]).isEmpty) }

    /// ue(63) is 11 bits, 00000100 000; ue(64) 00000100 001.
    @Test func identifiersUpToTheirLimit() {
        #expect(stored([hex("4401 0200 80"), hex("4401 0210 80")]).count == 1)
    }

    /// Profile, tier and level of the sequence parameter set, emulation prevention bytes left out.
    @Test func profile() throws {
        let profile = try #require(H265Profile(sequenceParameterSet: H265Tests.sps))
        #expect(profile.space == 0 && profile.tier == 0 && profile.identifier == 1 && profile.level == 30)
        #expect(profile.constraints == hex("900000000000"))
        #expect(H265Profile(sequenceParameterSet: Array(H265Tests.sps.prefix(12))) == nil)
    }
}
