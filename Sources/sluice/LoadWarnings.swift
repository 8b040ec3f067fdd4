import RTSPClient

extension LoadReport {
    /// Why the figures may say more of the generator, or of its host, than of the server; the gravest first.
    var warnings: [String] {
        [dropsWarning, backlogWarning, countersWarning, busyWarning, waitWarning, timerWarning, turnWarning]
            .compactMap { $0 }
    }

    private var dropsWarning: String? {
        guard let drops else {
            guard let kernel, kernel.bufferErrors > 0 else { return nil }
            return
                "\(kernel.bufferErrors) datagrams found no room in a socket's buffer on this host, and the kernel does "
                + "not say whether in the generator's own: as much of the loss may not be the server's"
        }
        guard drops > 0 else { return nil }
        let joined = plan.joinsSegments ? " (of up to 64 packets each)" : ""
        return "the kernel dropped \(drops) datagrams\(joined) at the generator's own sockets: "
            + "the generator was too slow, and that part of the loss is not the server's"
    }

    private var backlogWarning: String? {
        guard let kernel, kernel.backlogDrops > 0 else { return nil }
        return "this host dropped \(kernel.backlogDrops) packets before any socket (net.core.netdev_max_backlog): "
            + "as much of the loss may not be the server's"
    }

    private var countersWarning: String? {
        guard let kernel, kernel.datagrams < generator.reads || kernel.bytes < bytes else { return nil }
        return "the kernel's counters do not hold what was received here (another network namespace?): "
            + "they say nothing of drops"
    }

    private var busyWarning: String? {
        guard generator.peakUse >= 0.85 else { return nil }
        return "a generator thread used \(LoadFormat.fixed(generator.peakUse * 100, places: 0)) % of a core: "
            + "the generator may be the bottleneck; use more --threads or another machine"
    }

    private var waitWarning: String? {
        guard seconds >= 1, generator.waitSeconds >= 0.1 * seconds else { return nil }
        let share = LoadFormat.fixed(generator.waitSeconds * 100 / seconds, places: 0)
        return "a generator thread waited for a core \(share) % of the time: "
            + "others use it too, and lateness of the kind is not the server's"
    }

    private var timerWarning: String? {
        guard let delay = generator.timerDelay, let lateness, delay.p99 > 1000, delay.p99 * 10 > lateness.p99 else {
            return nil
        }
        return "the generator's own timers fired \(LoadFormat.milliseconds(delay.p99)) ms late (p99): "
            + "it does not get the CPU when it needs it, and as much of the lateness is not the server's"
    }

    private var turnWarning: String? {
        guard let turns = generator.turns, let lateness, turns.p99 > 1000, turns.p99 * 2 > lateness.p99 else {
            return nil
        }
        return "a datagram may have waited \(LoadFormat.milliseconds(turns.p99)) ms (p99) for the generator to come "
            + "round to it: as much of the lateness is not the server's; more --threads shorten that"
    }
}
