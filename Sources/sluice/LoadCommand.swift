import ArgumentParser
import NIOCore
import RTSPClient

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
                100 viewers for 30 s, interleaved in TCP. Of several URLs each
                gets its share of the viewers.
              sluice load rtsp://localhost:8554/film.mp4 -n 60 --pid 1234 --json
                The CPU and memory of the server, process 1234, too; as JSON.

            WHAT IS MEASURED
              loss
                Packets missing by their sequence numbers; over UDP also before
                the first one and after the last, by the count in the sender
                report that comes with BYE or, when a viewer leaves before the
                end, by RTP-Info. Duplicates never hide a loss.
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
              server
                CPU seconds and resident memory of process --pid, from /proc.
              generator
                CPU of this process's own threads, and how late its own timers
                fire: lateness of that size is not the server's.

            Exits with 1 if a viewer failed or ended early, or a packet was lost.
            """)

    @Argument(help: ArgumentHelp("What to play; viewers are spread evenly over the URLs.", valueName: "url"))
    var urls: [String]

    @Option(name: [.long, .customShort("n")], help: "Viewers.")
    var clients = 1

    @Flag(help: "Interleave RTP in the RTSP connections instead of UDP.")
    var tcp = false

    @Option(help: "How long each viewer plays, in seconds. (default: to the end of the stream)")
    var seconds: Double?

    @Option(help: "Process id of the server, on this host: reports its CPU and memory.")
    var pid: Int?

    @Option(help: "Viewers started per second.")
    var startRate = 50.0

    @Option(help: "Event loop threads. (default: half of the processors)")
    var threads: Int?

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func validate() throws {
        guard !urls.isEmpty else { throw ValidationError("Give at least one URL.") }
        for url in urls where !url.lowercased().hasPrefix("rtsp://") {
            throw ValidationError("Not an rtsp:// URL: \(url)")
        }
        guard (1...100_000).contains(clients) else { throw ValidationError("--clients is from 1 to 100000.") }
        guard seconds.map({ $0 > 0 && $0 <= 1e7 }) ?? true else { throw ValidationError("--seconds is above 0.") }
        guard startRate > 0, startRate <= 1e6 else { throw ValidationError("--start-rate is above 0.") }
        guard threads.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--threads is from 1 to 256.")
        }
        guard pid.map({ $0 > 0 }) ?? true else { throw ValidationError("--pid is above 0.") }
    }

    func run() async throws {
        var plan = LoadPlan(urls: urls, clients: clients, carrier: tcp ? .tcp : .udp, startRate: startRate)
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
