import ArgumentParser
import NIOCore

/// `sluice load`: many viewers from one process, and what they saw.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Play URLs as many viewers at once and measure what arrives.",
        discussion: """
            Each viewer connects, sets every stream up, plays, and tears down; it sends receiver \
            reports and keep-alives as players do. Nothing is decoded. Works with any RTSP 1.0 server.

            EXAMPLES
              sluice load rtsp://localhost:8554/film.mp4 --clients 60
                60 viewers over UDP, to the end of the film.
              sluice load rtsp://localhost:8554/film.mp4 -n 100 --tcp --seconds 30
                100 viewers for 30 s, interleaved in TCP.
              sluice load rtsp://localhost:8554/a.mp4 rtsp://localhost:8554/b.mkv -n 800 --ramp 40
                800 viewers of two films in turn, 40 more each second.
              sluice load rtsp://localhost:8554/film.mp4 -n 60 --slow 5
                60 viewers, five of which stop reading: the others must not notice.
              sluice load 'rtsp://localhost:8554/film.mp4?loop' -n 1000 --both --slow 100 --slow-after 5 --seconds 60
                1,000 viewers, half over UDP and half over TCP; 100 of them read for
                5 s and then no more, their sockets open.
              sluice load rtsp://localhost:8554/film.mp4 -n 60 --pid 1234 --json
                The CPU and memory of the server, process 1234, too; as JSON.
              taskset -c 1 sluice load rtsp://localhost:8554/film.mp4 -n 800 --threads 1
                On a core of its own, so that a server on another one is not disturbed.

            WHAT IS MEASURED
              loss
                Packets missing by their sequence numbers; over UDP also before
                the first one and after the last, by the count in the sender
                report that comes with BYE or, when a viewer leaves before the
                end, by RTP-Info. Duplicates never hide a loss. What the kernel
                dropped at the generator's own sockets is counted, and said.
                (gst-rtsp-server's RTP-Info may name a packet never sent.)
              first RTP
                From the start of connecting to the first RTP packet.
              lateness
                Arrival of an access unit's first packet less its decode time;
                negative: early. Decode times are the presentation times in
                ascending order, less the reordering delay of B-frames. Zero is
                the smallest difference in a viewer's stream. Streams with large
                units (over 16 packets), which servers may start early, take the
                zero of another stream of the session; without one that of the
                sender reports, on the same host; else the time at which most of
                their units end.
              spread
                Arrival of a unit's last packet less that of its first.
              clock
                How far the zero lies behind the server's own clock, by its sender
                reports, on the same host: lateness that is the same from the
                first packet to the last.
              stopped
                The viewers of --slow, who are in no other figure: what they got
                until they stopped.
              server
                CPU seconds and resident memory of process --pid, from /proc. The
                memory of a viewer is what the peak lies above the start, divided
                by all viewers; and the slope of the line that fits the memory best
                while viewers are started.
              generator
                CPU of this process; how long its busiest thread waited for a core;
                how late its timers fire, and how long a datagram may have waited
                until it came round to its socket: lateness of that size is not the
                server's.
              kernel
                What the host's network counted meanwhile (/proc/net/snmp and
                others), of all processes: datagrams read and how many of them
                here; datagrams dropped because a socket's buffer was full; packets
                dropped before a socket was looked for.

            Times are counted in buckets of at most 1/64 of their distance from the \
            usual one; extremes are exact. Memory per viewer is constant: two UDP sockets per stream \
            and some 20 kB. Over UDP each stream has a pair of ports of its own, as players do; an \
            address has 27,500 pairs.

            Exits with 1 if a viewer failed or ended early, or a packet was lost.
            """)

    @Argument(help: ArgumentHelp("What to play; viewers are spread evenly over the URLs.", valueName: "url"))
    var urls: [String]

    @Option(name: [.long, .customShort("n")], help: "Viewers.")
    var clients = 1

    @Flag(help: "Interleave RTP in the RTSP connections instead of UDP.")
    var tcp = false

    @Flag(help: "Every other viewer over TCP, interleaved, the others over UDP; those of --slow too.")
    var both = false

    @Option(help: "How long each viewer plays, in seconds. (default: to the end of the stream)")
    var seconds: Double?

    @Option(help: "Process id of the server, on this host: reports its CPU and memory.")
    var pid: Int?

    @Option(name: [.long, .customLong("start-rate")], help: "Viewers started per second.")
    var ramp = 50.0

    @Option(help: "Of the viewers, how many stop reading, their sockets open: the first ones. They are reported apart.")
    var slow = 0

    @Option(help: "How long the viewers of --slow read before they stop, in seconds.")
    var slowAfter = 0.0

    @Option(
        help: ArgumentHelp(
            "Threads that read datagrams, and as many for RTSP and TCP. (default: half of the processors)"))
    var threads: Int?

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Take datagrams that the server sent as one (UDP_SEGMENT) as one (UDP_GRO).",
            discussion: """
                Cheaper for the generator. But on one host it also spares the server's sends the cutting up, which on a \
                network only some devices do for it: its CPU figures are then lower than they would be there.
                """))
    var gro = false

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func validate() throws {
        guard !urls.isEmpty else { throw ValidationError("Give at least one URL.") }
        for url in urls where !url.lowercased().hasPrefix("rtsp://") {
            throw ValidationError("Not an rtsp:// URL: \(url)")
        }
        guard (1...100_000).contains(clients) else { throw ValidationError("--clients is from 1 to 100000.") }
        guard seconds.map({ $0 > 0 && $0 <= 1e7 }) ?? true else { throw ValidationError("--seconds is above 0.") }
        guard ramp > 0, ramp <= 1e6 else { throw ValidationError("--ramp is above 0.") }
        guard (0..<clients).contains(slow) else { throw ValidationError("--slow is less than --clients.") }
        guard slowAfter >= 0, slowAfter < seconds ?? 1e7 else {
            throw ValidationError("--slow-after is less than --seconds.")
        }
        guard !(tcp && both) else { throw ValidationError("Give --tcp or --both.") }
        guard threads.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--threads is from 1 to 256.")
        }
        guard pid.map({ $0 > 0 }) ?? true else { throw ValidationError("--pid is above 0.") }
    }

    func run() async throws {
        var plan = LoadPlan(urls: urls, clients: clients, carrier: both ? .both : tcp ? .tcp : .udp, ramp: ramp)
        plan.slow = slow
        plan.slowAfter = .nanoseconds(Int64(slowAfter * 1e9))
        plan.joinsSegments = gro
        plan.duration = seconds.map { .nanoseconds(Int64($0 * 1e9)) }
        plan.serverProcess = pid
        plan.threads = threads
        let report: LoadReport
        do {
            report = try await LoadRun(plan).run()
        } catch let error as LoadProcessError {
            throw ValidationError("\(error)")
        }
        print(json ? report.json.text : report.table)
        if !report.isClean { throw ExitCode(1) }
    }
}
