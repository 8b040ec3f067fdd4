/// Judges the counters of every session that the tests made, as the server logged them.
enum Counters {
    /// Bits per second over which reads must be rare.
    private static let busy = 1_000_000.0

    /// A row per transport for the sessions of one title.
    ///
    /// - Parameter coverage: who played the title to its end, and over what.
    static func rows(_ reference: Reference, play: Server, seek: Server, _ coverage: Coverage) -> [Report.Row] {
        Transport.allCases.map { transport in
            let plays = coverage.plays(over: transport)
            let played = sessions(reference, play, transport)
            let sought = sessions(reference, seek, transport)
            var differences = (played + sought).compactMap { session in
                session.violation(largestUnit: reference.largestUnit).map { "\($0): \(session.line)" }
            }
            if played.count < plays {
                differences.append("\(played.count) of \(plays) playing sessions are in the log")
            }
            if reference.video != nil, reference.duration > 0.5, reference.bitRate > busy {
                for session in played where session.reads * 5 > session.packets {
                    differences.append("\(session.reads) reads for \(session.packets) packets")
                }
            }
            let reads = played.map(\.reads).max() ?? 0
            let packets = played.map(\.packets).max() ?? 0
            let bytes = (played + sought).map(\.unsentBytes).max() ?? 0
            return Report.Row(
                title: reference.name, client: "counters", transport: transport,
                frames: "reads \(reads), packets \(packets)",
                audio: "unsent max \(bytes) B", seeks: "", differences: differences)
        }
    }

    private static func sessions(_ reference: Reference, _ server: Server, _ transport: Transport) -> [SessionCounters]
    {
        server.endedSessions().filter { $0.title.contains(reference.name) && $0.transport.contains(transport.rawValue) }
    }
}
