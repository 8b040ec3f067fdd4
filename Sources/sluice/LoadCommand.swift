import ArgumentParser
import RTSPClient

/// `sluice load`: many viewers from one process, and what they saw.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Play URLs as many viewers at once and measure what arrives.",
        discussion: """
            Each viewer connects, sets every stream up, plays, and tears down; it sends receiver reports and keep-alives as players do. \
            Nothing is decoded. Works with any RTSP 1.0 server.

            EXAMPLES
              sluice load rtsp://localhost:8554/film.mp4 --clients 60
                  60 viewers over UDP, to the end of the film.
              sluice load rtsp://localhost:8554/a.mp4 rtsp://localhost:8554/b.mp4 --clients 100 --tcp --seconds 30
                  50 viewers of each film for 30 s, interleaved in TCP.
              sluice load rtsp://localhost:8554/film.mp4 --clients 60 --pid "$(pidof sluice)" --json > run.json
                  The server's own CPU and memory too, for a machine to read. (With several processes of that name, give one id.)

            WHAT IS MEASURED
              loss        packets missing by their sequence numbers: before the first one (RTP-Info), between, and after the last one (the
                          sender report that comes with BYE). Duplicates never hide a loss.
              first RTP   from the start of connecting to the first RTP packet.
              lateness    arrival of an access unit's first packet less its decode time. Decode times are the presentation times in
                          ascending order, less the reordering delay of B-frames. Zero is the smallest difference in the viewer's session;
                          units of streams with large key frames, which servers may send early, are held against another stream of the
                          session instead (or, if there is none, against the sender reports' clock, on the same host). Negative: early.
              spread      arrival of an access unit's last packet less that of its first.
              clock       how far a session's zero lies behind the server's own clock (sender reports; same host only): a lateness that is
                          the same from the first packet to the last.
              server      --pid: CPU seconds and resident memory of that process, from /proc, over the whole run.
              generator   CPU of this process's threads, and how late its own timers fire: lateness of that size is not the server's.

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
