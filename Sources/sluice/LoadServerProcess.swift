import Glibc
import RTSPClient

/// No such process, or it cannot be read.
struct LoadProcessError: Error, CustomStringConvertible {
    let description: String
}

/// The server's process, as /proc shows it (proc(5)).
struct LoadServerProcess: Sendable {
    struct Reading: Sendable {
        /// User and system time of all its threads.
        var cpuSeconds: Double
        var residentBytes: Int64
        var threads: Int
    }

    let id: Int

    /// - Throws: `LoadProcessError` if there is no such process.
    func read() throws(LoadProcessError) -> Reading {
        guard let stat = KernelFile.text("/proc/\(id)/stat"), let status = KernelFile.text("/proc/\(id)/status"),
            let cpu = Self.cpuTicks(stat)
        else { throw LoadProcessError(description: "No process \(id) on this host.") }
        return Reading(
            cpuSeconds: Double(cpu) / Double(sysconf(Int32(_SC_CLK_TCK))),
            residentBytes: (Self.field("VmRSS", of: status) ?? 0) * 1024,
            threads: Int(Self.field("Threads", of: status) ?? 0))
    }

    /// Fields 14 and 15; the second field is a name in parentheses that may hold spaces and parentheses.
    static func cpuTicks(_ stat: String) -> Int64? {
        guard let end = stat.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else { return nil }
        return user + system
    }

    /// The number of a line `name:  123 kB`.
    static func field(_ name: String, of status: String) -> Int64? {
        for line in status.split(separator: "\n") where line.hasPrefix(name + ":") {
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) }
        }
        return nil
    }
}
