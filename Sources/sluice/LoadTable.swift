import RTSPClient

extension LoadReport {
    /// For a person.
    var table: String {
        var lines: [String] = []
        func add(_ name: String, _ text: String) { lines.append(LoadFormat.padded(name, to: 12) + text) }
        add(
            "viewers",
            "\(clients) over \(carrier.rawValue.uppercased()): \(completed) completed, \(endedEarly) ended early, "
                + "\(failed) failed; \(LoadFormat.fixed(seconds, places: 1)) s")
        for cause in causes { add("", "\(cause.viewers) x \(cause.text)") }
        add(
            "received",
            "\(packets) packets, \(LoadFormat.megabytes(bytes)) MB, \(units) access units; "
                + "\(LoadFormat.fixed(megabitsPerSecond, places: 1)) Mbit/s, "
                + "\(LoadFormat.fixed(megabitsPerViewer, places: 2)) Mbit/s a viewer")
        add(
            "loss",
            "\(lost) packets (\(LoadFormat.fixed(lossPercent, places: 4)) %), \(reordered) reordered, "
                + "\(duplicates) duplicates")
        add("first RTP", Self.line(firstPacket))
        add("lateness", Self.line(lateness) + zeroNote)
        add("spread", Self.line(spread))
        if let clockOffset { add("clock", "zero behind the server's clock: \(Self.line(clockOffset))") }
        if let server { addServer(server, add) }
        add(
            "generator",
            "\(LoadFormat.fixed(generatorCPUSeconds, places: 2)) CPU s, busiest thread "
                + "\(LoadFormat.fixed(generatorPeakUse * 100, places: 0)) %; "
                + "timers late by \(Self.line(generatorDelay))"
        )
        if let generatorWarning { add("warning", generatorWarning) }
        return lines.joined(separator: "\n")
    }

    private func addServer(_ server: LoadRun.ServerUse, _ add: (String, String) -> Void) {
        add(
            "server CPU",
            "\(LoadFormat.fixed(serverCPUSeconds ?? 0, places: 2)) s, "
                + "\(serverCPUPerGigabyte.map { LoadFormat.fixed($0, places: 2) } ?? "-") s/GB delivered; "
                + "\(server.peakThreads) threads at most")
        add(
            "memory",
            "\(LoadFormat.megabytes(server.start.residentBytes)) MB at the start, "
                + "\(LoadFormat.megabytes(server.peakResidentBytes)) MB peak, "
                + "\(LoadFormat.megabytes(server.end.residentBytes)) MB at the end; "
                + "\(LoadFormat.fixed(Double(residentBytesPerViewer ?? 0) / 1000, places: 0)) kB a viewer")
    }

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

extension LoadReport {
    /// For a machine. Times are in milliseconds unless the name says otherwise; absent figures are null.
    var json: LoadJSON {
        .object([
            ("carrier", .string(carrier.rawValue)),
            ("seconds", .decimal(seconds, places: 3)),
            (
                "viewers",
                .object([
                    ("asked", .integer(Int64(clients))), ("completed", .integer(Int64(completed))),
                    ("ended_early", .integer(Int64(endedEarly))), ("failed", .integer(Int64(failed))),
                    (
                        "causes",
                        .array(
                            causes.map {
                                .object([("cause", .string($0.text)), ("viewers", .integer(Int64($0.viewers)))])
                            })
                    ),
                ])
            ),
            ("packets", .integer(packets)), ("bytes", .integer(bytes)), ("units", .integer(Int64(units))),
            ("mbit_per_s", .decimal(megabitsPerSecond, places: 3)),
            ("mbit_per_s_per_viewer", .decimal(megabitsPerViewer, places: 3)),
            ("lost", .integer(lost)), ("reordered", .integer(reordered)), ("duplicates", .integer(duplicates)),
            ("first_rtp", Self.json(firstPacket)), ("lateness", Self.json(lateness)), ("spread", Self.json(spread)),
            ("clock_offset", Self.json(clockOffset)),
            (
                "zero_points",
                .object(
                    zeros.sorted { $0.key.rawValue < $1.key.rawValue }
                        .map { ($0.key.rawValue, .integer(Int64($0.value))) })
            ),
            ("server", .optional(server, serverJSON)),
            (
                "generator",
                .object([
                    ("cpu_s", .decimal(generatorCPUSeconds, places: 3)),
                    ("threads", .integer(Int64(generator.count))),
                    ("busiest_thread", .decimal(generatorPeakUse, places: 3)),
                    ("timer_delay", Self.json(generatorDelay)),
                    ("warning", .optional(generatorWarning) { .string($0) }),
                ])
            ),
        ])
    }

    private func serverJSON(_ server: LoadRun.ServerUse) -> LoadJSON {
        .object([
            ("cpu_s", .optional(serverCPUSeconds) { .decimal($0, places: 2) }),
            ("cpu_s_per_gb", .optional(serverCPUPerGigabyte) { .decimal($0, places: 3) }),
            ("resident_start_bytes", .integer(server.start.residentBytes)),
            ("resident_peak_bytes", .integer(server.peakResidentBytes)),
            ("resident_end_bytes", .integer(server.end.residentBytes)),
            ("resident_per_viewer_bytes", .optional(residentBytesPerViewer) { .integer($0) }),
            ("threads_peak", .integer(Int64(server.peakThreads))),
        ])
    }

    private static func json(_ distribution: Distribution?) -> LoadJSON {
        .optional(distribution) { value in
            func milliseconds(_ microseconds: Int32) -> LoadJSON { .decimal(Double(microseconds) / 1000, places: 3) }
            return .object([
                ("count", .integer(Int64(value.count))), ("min", milliseconds(value.minimum)),
                ("p50", milliseconds(value.p50)), ("p99", milliseconds(value.p99)),
                ("p999", milliseconds(value.p999)), ("max", milliseconds(value.maximum)),
            ])
        }
    }
}
