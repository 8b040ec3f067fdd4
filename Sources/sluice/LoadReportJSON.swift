import RTSPClient

extension LoadReport {
    /// For a machine. Times are in milliseconds unless the name says otherwise; absent figures are null.
    var json: LoadJSON {
        .object([
            ("carrier", .string(plan.carrier.rawValue)),
            ("seconds", .decimal(seconds, places: 3)),
            ("viewers", viewersJSON),
            ("packets", .integer(packets)), ("bytes", .integer(bytes)), ("units", .integer(Int64(units))),
            ("mbit_per_s", .decimal(megabitsPerSecond, places: 3)),
            ("mbit_per_s_per_viewer", .decimal(megabitsPerViewer, places: 3)),
            ("lost", .integer(lost)), ("reordered", .integer(reordered)), ("duplicates", .integer(duplicates)),
            ("dropped_at_generator", .optional(drops) { .integer($0) }),
            ("first_rtp", Self.json(firstPacket)), ("lateness", Self.json(lateness)), ("spread", Self.json(spread)),
            ("clock_offset", Self.json(clockOffset)), ("stopped", stopped.json),
            (
                "zero_points",
                .object(
                    zeros.sorted { $0.key.rawValue < $1.key.rawValue }
                        .map { ($0.key.rawValue, .integer(Int64($0.value))) })
            ),
            ("server", .optional(server, serverJSON)), ("generator", generatorJSON),
            ("kernel", .optional(kernel, kernelJSON)),
        ])
    }

    private var viewersJSON: LoadJSON {
        .object([
            ("asked", .integer(Int64(plan.clients))), ("completed", .integer(Int64(completed))),
            ("ended_early", .integer(Int64(endedEarly))), ("failed", .integer(Int64(failed))),
            ("slow", .integer(Int64(slow))),
            (
                "causes",
                .array(
                    causes.map { .object([("cause", .string($0.text)), ("viewers", .integer(Int64($0.viewers)))]) })
            ),
            (
                "refusals",
                .object(refusals.sorted { $0.key < $1.key }.map { (String($0.key), .integer(Int64($0.value))) })
            ),
        ])
    }

    private func serverJSON(_ server: LoadServerUse) -> LoadJSON {
        .object([
            ("cpu_s", .decimal(server.cpuSeconds, places: 2)),
            ("cpu_s_per_gb", .optional(perGigabyte(server.cpuSeconds)) { .decimal($0, places: 3) }),
            ("cpu_us_per_packet", .optional(perPacket(server.cpuSeconds)) { .decimal($0, places: 3) }),
            ("resident_start_bytes", .integer(server.start.residentBytes)),
            ("resident_peak_bytes", .integer(server.peakResidentBytes)),
            ("resident_end_bytes", .integer(server.end.residentBytes)),
            ("resident_per_viewer_bytes", .optional(residentBytesPerViewer) { .integer($0) }),
            ("resident_per_viewer_slope_bytes", .optional(server.residentBytesPerViewer) { .integer($0) }),
            ("threads_peak", .integer(Int64(server.peakThreads))),
        ])
    }

    private var generatorJSON: LoadJSON {
        .object([
            ("cpu_s", .decimal(generator.cpuSeconds, places: 3)),
            ("cpu_s_per_gb", .optional(perGigabyte(generator.cpuSeconds)) { .decimal($0, places: 3) }),
            ("cpu_us_per_packet", .optional(perPacket(generator.cpuSeconds)) { .decimal($0, places: 3) }),
            ("threads", .integer(Int64(generator.count))),
            ("busiest_thread", .decimal(generator.peakUse, places: 3)),
            ("wait_s", .decimal(generator.waitSeconds, places: 3)),
            ("timer_delay", Self.json(generator.timerDelay)),
            ("reading_delay", Self.json(generator.turns)),
            ("joins_segments", .bool(plan.joinsSegments)),
            ("warning", warnings.isEmpty ? .null : .string(warnings.joined(separator: "; "))),
            ("warnings", .array(warnings.map { .string($0) })),
        ])
    }

    private func kernelJSON(_ kernel: LoadKernelCounters) -> LoadJSON {
        .object([
            ("udp_datagrams", .integer(kernel.datagrams)),
            ("udp_datagrams_read_here", .integer(generator.reads)),
            ("udp_buffer_errors", .integer(kernel.bufferErrors)),
            ("udp_errors", .integer(kernel.errors)),
            ("dropped_at_slow_viewers", .optional(stopped.drops) { .integer($0) }),
            ("backlog_drops", .integer(kernel.backlogDrops)),
            ("ip_bytes", .integer(kernel.bytes)),
        ])
    }

    static func json(_ distribution: Distribution?) -> LoadJSON {
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
