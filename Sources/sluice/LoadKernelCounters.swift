import RTSPClient

/// What the kernel counts of everything that this host (its network namespace) receives: proc_net(5), RFC 4113.
struct LoadKernelCounters: Hashable, Sendable {
    /// Datagrams that processes have read, over IPv4 and IPv6; joined ones count once.
    var datagrams: Int64 = 0
    /// Datagrams dropped because a socket's buffer was full.
    var bufferErrors: Int64 = 0
    /// Datagrams that could not be delivered for any reason but a missing port, `bufferErrors` included.
    var errors: Int64 = 0
    /// Bytes of all IP packets, headers included, over IPv4 and IPv6.
    var bytes: Int64 = 0
    /// Packets dropped before any socket was looked for: a core's backlog was full.
    var backlogDrops: Int64 = 0

    /// Nil where /proc does not tell.
    static func read() -> LoadKernelCounters? {
        guard let snmp = KernelFile.text("/proc/net/snmp") else { return nil }
        return LoadKernelCounters(
            snmp: snmp, snmp6: KernelFile.text("/proc/net/snmp6") ?? "",
            netstat: KernelFile.text("/proc/net/netstat") ?? "",
            softnet: KernelFile.text("/proc/net/softnet_stat") ?? "")
    }

    /// From the files' contents.
    init(snmp: String, snmp6: String, netstat: String, softnet: String) {
        let udp = Self.table("Udp", of: snmp)
        let six = Self.lines(snmp6)
        datagrams = (udp["InDatagrams"] ?? 0) + (six["Udp6InDatagrams"] ?? 0)
        bufferErrors = (udp["RcvbufErrors"] ?? 0) + (six["Udp6RcvbufErrors"] ?? 0)
        errors = (udp["InErrors"] ?? 0) + (six["Udp6InErrors"] ?? 0)
        bytes = (Self.table("IpExt", of: netstat)["InOctets"] ?? 0) + (six["Ip6InOctets"] ?? 0)
        // One line per core; the second field counts drops, in hexadecimal.
        for line in softnet.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 1 { backlogDrops += Int64(fields[1], radix: 16) ?? 0 }
        }
    }

    /// Two lines `name: a b c` and `name: 1 2 3`.
    private static func table(_ name: String, of text: String) -> [Substring: Int64] {
        let rows = text.split(separator: "\n").filter { $0.hasPrefix(name + ": ") }
            .map { $0.split(separator: " ").dropFirst() }
        guard rows.count == 2 else { return [:] }
        return Dictionary(zip(rows[0], rows[1].map { Int64($0) ?? 0 })) { first, _ in first }
    }

    /// Lines `name   1`.
    private static func lines(_ text: String) -> [Substring: Int64] {
        var result: [Substring: Int64] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if fields.count == 2 { result[fields[0]] = Int64(fields[1]) }
        }
        return result
    }

    /// What was counted in between. Counters that were reset count as zero.
    static func - (end: LoadKernelCounters, start: LoadKernelCounters) -> LoadKernelCounters {
        var result = end
        result.datagrams = max(0, end.datagrams - start.datagrams)
        result.bufferErrors = max(0, end.bufferErrors - start.bufferErrors)
        result.errors = max(0, end.errors - start.errors)
        result.bytes = max(0, end.bytes - start.bytes)
        result.backlogDrops = max(0, end.backlogDrops - start.backlogDrops)
        return result
    }
}
