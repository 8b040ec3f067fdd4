import ArgumentParser
import Delivery
import Logging
import MediaCore
import RTSP
import RTSPServer

/// The flags of `serve`. Every bound that a peer or a file meets has one.
struct ServeOptions: ParsableArguments {
    @Argument(help: "The directory to serve.")
    var directory: String

    @Option(
        help: "A YAML file with values of these flags, by their names; SLUICE_<NAME> beats it, and a flag beats both.")
    var config: String?

    @OptionGroup(title: "Channels") var channels: ChannelOptions

    @Option(help: "Address to listen on; :: serves IPv4 too.")
    var host = "::"

    @Option(help: "RTSP port (TCP); 0 picks a free one.")
    var port = 8554

    @Option(help: "RTP port (UDP), even; RTCP has the next. 0 picks a free pair.")
    var rtpPort = 6970

    @Flag(inversion: .prefixedNo, help: "Offer RTP over UDP.")
    var udp = true

    @Flag(inversion: .prefixedNo, help: "Offer RTP interleaved on the RTSP connection.")
    var tcp = true

    @Option(help: "Event loops; default one per core.")
    var threads: Int?

    @Option(help: "Threads that open and read files.")
    var ioThreads = 4

    @Option(
        help: "Threads that transcode channels' entries which do not fit; 0: they are left out. Default half the cores."
    )
    var transcodeThreads: Int?

    @Option(help: "A track with less than this unsent asks for more (milliseconds); a --lead above 300 raises this.")
    var lowTime = 200

    @Option(help: "A viewer with this many unsent bytes reads nothing; in proportion more for a --lead above 300.")
    var lowBytes = 512_000

    @Option(help: "A viewer with this many unsent packets reads nothing; more for a --lead above 300.")
    var lowPackets = 512

    @Option(help: "Bytes that one read may bring (or one access unit, if that is larger).")
    var batchBytes = 256_000

    @Option(help: "How long before its decode time a large access unit may start (milliseconds).")
    var lead = 300

    @Option(help: "The most of the lead that the first access unit of a PLAY has, beyond what it needs (milliseconds).")
    var startLead = 300

    @Option(help: "Packets leave on a grid of this (milliseconds): coarser costs less, and makes units as much later.")
    var quantum = 2

    @Option(help: "Packets that may leave in one quantum, per viewer.")
    var burst = 32

    @Option(help: "How long after the end a viewer over UDP gets its RTCP BYE (milliseconds).")
    var byeDelay = 1000

    @Option(help: "Path MTU in bytes; RTP packets are 28 bytes smaller (IPv4 and UDP headers).")
    var mtu = 1400

    @Option(help: "AAC units may share a packet that spans at most this much time (milliseconds); 0: one per packet.")
    var audioAggregation = 0

    @Option(help: "Access units above this many bytes end their track.")
    var maxAccessUnit = 16 << 20

    @Option(help: "Media that the kernel may hold unsent for a viewer over TCP, beyond recall (ms; at least 128 kB).")
    var tcpBuffer = 500

    @Option(help: "What a slow viewer over TCP gets: wait (all, later, then at twice the rate) or thin (less video).")
    var slow = SlowLimits.Mode.wait

    @Option(
        help: "How late --slow thin drops what nobody depends on (ms); twice: all but key frames; four times: video.")
    var thinAfter = 750

    @Option(
        help: "A viewer over TCP that takes nothing for this long while something is due is disconnected (seconds).")
    var stallTimeout = 30

    @Flag(inversion: .prefixedNo, help: "Thin the video of viewers over UDP who report sustained loss.")
    var adapt = false

    @Option(help: "RTSP sessions at once.")
    var maxSessions = 4096

    @Option(help: "Of these, made from one address (of IPv6: from one /64).")
    var maxSessionsPerAddress = 2048

    @Option(help: "Sessions that one connection may make.")
    var maxSessionsPerConnection = 16

    @Option(help: "RTSP connections at once.")
    var maxConnections = 4096

    @Option(help: "Of these, from one address (of IPv6: from one /64).")
    var maxConnectionsPerAddress = 2048

    @Option(help: "Bytes of a request line.")
    var maxRequestLine = ParserLimits().startLineBytes

    @Option(help: "Header fields of a request.")
    var maxHeaders = ParserLimits().headerCount

    @Option(help: "Bytes of a request's header lines.")
    var maxHeaderBytes = ParserLimits().headerBytes

    @Option(help: "Bytes of a request's body.")
    var maxBody = ParserLimits().bodyBytes

    @Option(help: "Requests of one connection that may wait for their turn.")
    var maxWaitingRequests = 64

    @Option(help: "Bytes of these; a single one may have more.")
    var maxWaitingBytes = 256 * 1024

    @Option(help: "How long a request may take from its first byte to its last (seconds).")
    var requestTimeout = 20

    @Option(help: "A session that shows no life for this long ends (seconds, at least 60 for common clients).")
    var sessionTimeout = 60

    @Option(help: "A connection without session and request for this long is closed (seconds).")
    var idleTimeout = 60

    @Option(help: "Files of one device that may be opened or wait for it at once.")
    var maxPendingOpens = 256

    @Option(help: "Titles whose descriptions are remembered.")
    var rememberedTitles = 1024

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = LogLevel.info

    func validate() throws {
        func check(_ holds: Bool, _ message: String) throws {
            guard holds else { throw ValidationError(message) }
        }
        try check((0...65_535).contains(port), "--port must be from 0 to 65535")
        try check((0...65_534).contains(rtpPort) && rtpPort % 2 == 0, "--rtp-port must be an even number below 65535")
        try check(udp || tcp, "--no-udp and --no-tcp together leave no transport")
        try check(threads.map { (1...1024).contains($0) } ?? true, "--threads must be from 1 to 1024")
        try check((1...1024).contains(ioThreads), "--io-threads must be from 1 to 1024")
        try check(
            transcodeThreads.map { (0...1024).contains($0) } ?? true, "--transcode-threads must be from 0 to 1024")
        try check((1...60_000).contains(lowTime), "--low-time must be from 1 to 60000 ms")
        try check((1...1 << 30).contains(lowBytes), "--low-bytes must be from 1 to 1073741824")
        try check((1...1 << 20).contains(lowPackets), "--low-packets must be from 1 to 1048576")
        try check((1...1 << 30).contains(batchBytes), "--batch-bytes must be from 1 to 1073741824")
        try check((0...10_000).contains(lead), "--lead must be from 0 to 10000 ms")
        try check((0...10_000).contains(startLead), "--start-lead must be from 0 to 10000 ms")
        try check((1...100).contains(quantum), "--quantum must be from 1 to 100 ms")
        try check((1...65_536).contains(burst), "--burst must be from 1 to 65536")
        try check((0...60_000).contains(tcpBuffer), "--tcp-buffer must be from 0 to 60000 ms")
        try check((10...60_000).contains(thinAfter), "--thin-after must be from 10 to 60000 ms")
        try check((1...86_400).contains(stallTimeout), "--stall-timeout must be from 1 to 86400 s")
        try check((0...60_000).contains(byeDelay), "--bye-delay must be from 0 to 60000 ms")
        try check((256...65_535).contains(mtu), "--mtu must be from 256 to 65535")
        try check((0...1000).contains(audioAggregation), "--audio-aggregation must be from 0 to 1000 ms")
        try check((1...1 << 30).contains(maxAccessUnit), "--max-access-unit must be from 1 to 1073741824")
        try check(maxSessions > 0 && maxConnections > 0, "--max-sessions and --max-connections must be positive")
        try check(
            maxSessionsPerAddress > 0 && maxSessionsPerConnection > 0 && maxConnectionsPerAddress > 0,
            "--max-sessions-per-address, -per-connection and --max-connections-per-address must be positive")
        try check((64...1 << 20).contains(maxRequestLine), "--max-request-line must be from 64 to 1048576")
        try check((1...10_000).contains(maxHeaders), "--max-headers must be from 1 to 10000")
        try check((64...1 << 20).contains(maxHeaderBytes), "--max-header-bytes must be from 64 to 1048576")
        try check((0...1 << 24).contains(maxBody), "--max-body must be from 0 to 16777216")
        try check((1...10_000).contains(maxWaitingRequests), "--max-waiting-requests must be from 1 to 10000")
        try check((1...1 << 24).contains(maxWaitingBytes), "--max-waiting-bytes must be from 1 to 16777216")
        try check((1...3600).contains(requestTimeout), "--request-timeout must be from 1 to 3600 s")
        try check((1...86_400).contains(sessionTimeout), "--session-timeout must be from 1 to 86400 s")
        try check((1...86_400).contains(idleTimeout), "--idle-timeout must be from 1 to 86400 s")
        try check(
            maxPendingOpens > 0 && rememberedTitles > 0, "--max-pending-opens and --remembered-titles must be positive")
    }

    /// What is not read in time cannot start in time: a lead above the default needs more media at hand.
    var demandLimits: DemandLimits {
        let standard = Int(PacingLimits.standard.lead.nanoseconds / 1_000_000)
        let isLong = lead > standard
        return DemandLimits(
            lowTime: .milliseconds(Int64(isLong ? max(lowTime, lead + 100) : lowTime)),
            lowBytes: isLong ? lowBytes * lead / standard : lowBytes,
            lowPackets: isLong ? lowPackets * lead / standard : lowPackets, batchBytes: batchBytes,
            batchTime: DemandLimits.standard.batchTime)
    }

    var slowLimits: SlowLimits {
        var limits = SlowLimits()
        limits.mode = slow
        limits.thinAfter = .milliseconds(Int64(thinAfter))
        limits.stallTimeout = .seconds(Int64(stallTimeout))
        limits.adapts = adapt
        return limits
    }

    var serverLimits: RTSPServer.Limits {
        var limits = RTSPServer.Limits()
        limits.demand = demandLimits
        limits.pacing = PacingLimits(
            quantum: .milliseconds(Int64(quantum)), lead: .milliseconds(Int64(lead)), burst: burst,
            goodbyeDelay: .milliseconds(Int64(byeDelay)), startLead: .milliseconds(Int64(startLead)))
        limits.slow = slowLimits
        limits.packetSize = mtu - 28
        limits.audioAggregation = .milliseconds(Int64(audioAggregation))
        limits.interleavedTime = .milliseconds(Int64(tcpBuffer))
        limits.sessions = maxSessions
        limits.sessionsPerAddress = maxSessionsPerAddress
        limits.sessionsPerConnection = maxSessionsPerConnection
        limits.connections = maxConnections
        limits.connectionsPerAddress = maxConnectionsPerAddress
        limits.parser.startLineBytes = maxRequestLine
        limits.parser.headerCount = maxHeaders
        limits.parser.headerBytes = maxHeaderBytes
        limits.parser.bodyBytes = maxBody
        limits.pipelinedRequests = maxWaitingRequests
        limits.pipelinedBytes = maxWaitingBytes
        limits.requestTimeout = .seconds(Int64(requestTimeout))
        limits.sessionTimeout = .seconds(Int64(sessionTimeout))
        limits.idleConnectionTimeout = .seconds(Int64(idleTimeout))
        return limits
    }
}

extension SlowLimits.Mode: ExpressibleByArgument {}

/// The levels of swift-log, as a flag's values.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
