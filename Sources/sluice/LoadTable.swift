import RTSPClient

extension LoadReport {
    /// For a person.
    var table: String {
        var lines: [String] = []
        func add(_ name: String, _ text: String) { lines.append(LoadFormat.padded(name, to: 12) + text) }
        add("viewers", viewersLine)
        for cause in causes { add("", "\(cause.viewers) x \(cause.text)") }
        add(
            "received",
            "\(packets) packets, \(LoadFormat.megabytes(bytes)) MB, \(units) access units; "
                + "\(LoadFormat.fixed(megabitsPerSecond, places: 1)) Mbit/s, "
                + "\(LoadFormat.fixed(megabitsPerViewer, places: 2)) Mbit/s a viewer")
        add(
            "loss",
            "\(lost) packets (\(LoadFormat.fixed(lossPercent, places: 4)) %), \(reordered) reordered, "
                + "\(duplicates) duplicates" + ownLossNote)
        add("first RTP", Self.line(firstPacket))
        add("lateness", Self.line(lateness) + zeroNote)
        for carrier in [Carrier.udp, .tcp] {
            guard let lateness = latenessByCarrier[carrier] else { continue }
            add("", "\(carrier == .udp ? "UDP" : "TCP"): \(Self.line(lateness))")
        }
        add("spread", Self.line(spread))
        if stopped.packets > 0 {
            add(
                "stopped",
                "\(stopped.viewers) viewers, until then: \(stopped.packets) packets, \(stopped.lost) lost; "
                    + "lateness \(Self.line(stopped.lateness))")
        }
        if let clockOffset { add("clock", "zero behind the server's clock: \(Self.line(clockOffset))") }
        if let server { addServer(server, add) }
        addGenerator(add)
        for warning in warnings { add("warning", warning) }
        return lines.joined(separator: "\n")
    }

    private var viewersLine: String {
        let stalled = plan.slow > 0 ? "\(slow) stopped reading, " : ""
        return "\(plan.clients) over \(plan.carrier.text): \(completed) completed, \(stalled)"
            + "\(endedEarly) ended early, \(failed) failed; \(LoadFormat.fixed(seconds, places: 1)) s"
    }

    /// Whether the loss happened here.
    private var ownLossNote: String {
        guard plan.carrier.usesDatagrams, lost > 0 else { return "" }
        guard let drops else { return "; the kernel does not say whether it dropped any here" }
        return drops == 0
            ? "; none dropped at the generator's sockets" : "; dropped at the generator's sockets: \(drops)"
    }

    private func addServer(_ server: LoadServerUse, _ add: (String, String) -> Void) {
        add(
            "server CPU",
            "\(LoadFormat.fixed(server.cpuSeconds, places: 2)) s, "
                + "\(Self.text(perGigabyte(server.cpuSeconds))) s/GB, "
                + "\(Self.text(perPacket(server.cpuSeconds))) us/packet delivered; "
                + "\(server.peakThreads) threads at most")
        let slope = server.residentBytesPerViewer.map { LoadFormat.fixed(Double($0) / 1000, places: 0) } ?? "-"
        add(
            "memory",
            "\(LoadFormat.megabytes(server.start.residentBytes)) MB idle, "
                + "\(LoadFormat.megabytes(server.end.residentBytes)) MB now, "
                + "\(LoadFormat.megabytes(server.peakResidentBytes)) MB peak; "
                + "\(LoadFormat.fixed(Double(residentBytesPerViewer ?? 0) / 1000, places: 0)) kB a viewer by the peak, "
                + "\(slope) kB by the slope")
    }

    private func addGenerator(_ add: (String, String) -> Void) {
        add(
            "generator",
            "\(LoadFormat.fixed(generator.cpuSeconds, places: 2)) CPU s, "
                + "\(Self.text(perGigabyte(generator.cpuSeconds))) s/GB, "
                + "\(Self.text(perPacket(generator.cpuSeconds))) us/packet; "
                + "\(generator.count) threads, the busiest \(LoadFormat.fixed(generator.peakUse * 100, places: 0)) %, "
                + "\(LoadFormat.fixed(generator.waitSeconds, places: 2)) s without a core")
        add("", "timers late by \(Self.line(generator.timerDelay))")
        if let turns = generator.turns { add("", "reading delay at most \(Self.line(turns))") }
        if let kernel { add("kernel", Self.line(kernel, self)) }
    }

    /// The host's figures beside the generator's own.
    private static func line(_ kernel: LoadKernelCounters, _ report: LoadReport) -> String {
        let own = report.plan.carrier.usesDatagrams ? ", \(report.generator.reads) of them here" : ""
        let dropped = report.stopped.drops.map { $0 > 0 ? " (\($0) of slow viewers)" : "" } ?? ""
        return "\(kernel.datagrams) datagrams read on this host\(own); "
            + "\(kernel.bufferErrors) dropped at full sockets\(dropped), \(kernel.backlogDrops) before any socket; "
            + "\(LoadFormat.megabytes(kernel.bytes)) MB by IP"
    }

    private static func text(_ value: Double?) -> String { value.map { LoadFormat.fixed($0, places: 2) } ?? "-" }

    private static func line(_ distribution: Distribution?) -> String {
        guard let distribution else { return "-" }
        let parts = [
            ("min", distribution.minimum), ("p50", distribution.p50), ("p99", distribution.p99),
            ("p99.9", distribution.p999), ("max", distribution.maximum),
        ]
        return parts.map { "\($0.0) \(LoadFormat.milliseconds($0.1))" }.joined(separator: "  ") + " ms"
    }

    /// Where zero came from, if not from each stream's own units.
    private var zeroNote: String {
        let others = zeros.filter { $0.key != .ownUnits }.sorted { $0.key.rawValue < $1.key.rawValue }
        guard !others.isEmpty else { return "" }
        return "  (zero of \(others.map { "\($0.value) streams: \($0.key.rawValue)" }.joined(separator: ", ")))"
    }
}
