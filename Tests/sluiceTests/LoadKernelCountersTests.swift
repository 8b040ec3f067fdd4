import Testing

@testable import sluice

@Suite struct LoadKernelCountersTests {
    private static let snmp = """
        Ip: Forwarding DefaultTTL InReceives
        Ip: 1 64 4000
        Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
        Udp: 14774835 53816 45506 7528283 45505 0 1 0 0
        UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
        UdpLite: 9 9 9 9 9 9 9 9 9

        """

    @Test func sumsBothFamilies() {
        let counters = LoadKernelCounters(
            snmp: Self.snmp, snmp6: "Ip6InOctets\t500\nUdp6InDatagrams \t7\nUdp6InErrors 3\nUdp6RcvbufErrors 2\n",
            netstat: "TcpExt: A\nTcpExt: 1\nIpExt: InNoRoutes InOctets\nIpExt: 0 123456789012\n",
            softnet: "00596a66 0000000a 00000018\n0059b338 00000010 0000002a\n")
        #expect(counters.datagrams == 14_774_842)
        #expect(counters.bufferErrors == 45_507)
        #expect(counters.errors == 45_509)
        #expect(counters.bytes == 123_456_789_512)
        #expect(counters.backlogDrops == 26)
    }

    /// Fields that a kernel does not have are zero.
    @Test(arguments: ["", "Udp: InDatagrams\n", "Udp: InDatagrams\nUdp: x\n", ":\n\n  \n"])
    func unknownTextCountsNothing(text: String) {
        let zero = LoadKernelCounters(snmp: "", snmp6: "", netstat: "", softnet: "")
        #expect(LoadKernelCounters(snmp: text, snmp6: text, netstat: text, softnet: text) == zero)
        #expect(zero.datagrams == 0 && zero.bytes == 0)
    }

    @Test func differencesAreNeverNegative() {
        let more = LoadKernelCounters(snmp: Self.snmp, snmp6: "", netstat: "", softnet: "a b\n")
        let zero = LoadKernelCounters(snmp: "", snmp6: "", netstat: "", softnet: "")
        #expect(more - zero == more)
        #expect(zero - more == zero)
    }
}
