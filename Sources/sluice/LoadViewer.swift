import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPClient

/// How one viewer fared.
struct LoadViewerResult: Sendable {
    enum Outcome: Hashable, Sendable {
        case completed
        /// It stopped reading, as it was meant to.
        case slow
        /// It played, but not to the end nor for as long as asked.
        case endedEarly(String)
        /// It never played.
        case failed(String)
    }

    var outcome: Outcome
    var carrier = Carrier.udp
    /// With which the server refused a request.
    var refusal: StatusCode?
    /// Finished; one per stream.
    var meters: [StreamMeter] = []
    var lateness: SessionLateness?
    /// Connecting to first RTP packet.
    var firstPacket: MediaTime?
    /// Packets missing before the first that came and after the last.
    var lostAtEnds: Int64 = 0
    /// Datagrams dropped at its own sockets, joined ones counted once; nil if nobody knows.
    var drops: Int64? = 0

    init(_ outcome: Outcome) { self.outcome = outcome }

    /// Of a viewer whom `error` kept from playing.
    init(failed error: any Error) {
        self.init(.failed("\(error)"))
        if case ClientError.refused(_, let status)? = error as? ClientError { refusal = status }
    }

    var lost: Int64 { lostAtEnds + meters.reduce(0) { $0 + $1.ledger.lost } }
}

/// One viewer: connects, plays, measures, leaves.
struct LoadViewer: Sendable {
    let url: String
    let plan: LoadPlan
    let carrier: Carrier
    let isSlow: Bool
    let eventLoop: any EventLoop
    let configuration: Client.Configuration
    let progress: LoadProgress

    func run() async -> LoadViewerResult {
        let started = MediaTime.now
        progress.starting()
        let client: Client
        do {
            client = try await Client.connect(to: url, on: eventLoop, configuration: configuration)
        } catch {
            progress.done(hasPlayed: false, hasFailed: true, isSlow: isSlow)
            return LoadViewerResult(failed: error)
        }
        let session: ClientSession
        let reply: PlayReply
        do {
            (session, reply) = try await play(client, started: started)
        } catch {
            await client.close()
            progress.done(hasPlayed: false, hasFailed: true, isSlow: isSlow)
            return LoadViewerResult(failed: error)
        }
        progress.playing()
        var result =
            isSlow ? await stall(session, reply, started: started) : await watch(session, reply, started: started)
        result.carrier = carrier
        await client.close()
        if case .failed = result.outcome {
            progress.done(hasPlayed: true, hasFailed: true, isSlow: isSlow)
        } else {
            progress.done(hasPlayed: true, hasFailed: false, isSlow: isSlow)
        }
        return result
    }

    /// DESCRIBE, SETUP and PLAY.
    private func play(_ client: Client, started: MediaTime) async throws -> (ClientSession, PlayReply) {
        let presentation = try await client.describe()
        let session = try await client.setup(presentation, over: carrier) { index in
            .meter(StreamMeter(clockRate: presentation.streams[index].clockRate, epoch: started))
        }
        do {
            return (session, try await session.play())
        } catch {
            try? await session.teardown()
            throw error
        }
    }

    /// To the end, or for as long as asked.
    private func watch(_ session: ClientSession, _ reply: PlayReply, started: MediaTime) async -> LoadViewerResult {
        await leave(session, reply, end: await session.waitUntilEnd(timeout: plan.duration), started: started)
    }

    private func leave(
        _ session: ClientSession, _ reply: PlayReply, end: SessionEnd?, started: MediaTime
    ) async -> LoadViewerResult {
        let measurements = await session.measurements()
        if end == nil || end == .goodbye { try? await session.teardown() } else { await session.close() }
        return measure(measurements, reply, end: end, started: started, isLocal: session.client.isLocal)
    }

    /// Reads for a while, which is measured, then nothing until the others are done, or for as long as asked.
    private func stall(_ session: ClientSession, _ reply: PlayReply, started: MediaTime) async -> LoadViewerResult {
        if plan.slowAfter > .zero, let end = await session.waitUntilEnd(timeout: plan.slowAfter) {
            return await leave(session, reply, end: end, started: started)
        }
        let read = await session.measurements()
        await session.stall()
        if let duration = plan.duration {
            try? await Task.sleep(for: .nanoseconds(duration.nanoseconds - plan.slowAfter.nanoseconds))
        } else {
            while !progress.areReadersDone { try? await Task.sleep(for: .milliseconds(100)) }
        }
        var result = measure(read, reply, end: nil, started: started, isLocal: session.client.isLocal)
        result.outcome = .slow
        result.drops = Self.drops(await session.measurements())
        // A TEARDOWN whose reply is not read would only time out.
        await session.close()
        return result
    }

    private static func drops(_ measurements: [StreamMeasurement]) -> Int64? {
        measurements.reduce(0) { sum, stream in sum.flatMap { sum in stream.drops.map { sum + $0 } } }
    }

    private func measure(
        _ measurements: [StreamMeasurement], _ reply: PlayReply, end: SessionEnd?, started: MediaTime, isLocal: Bool
    ) -> LoadViewerResult {
        let meters = measurements.map(\.meter)
        var result = LoadViewerResult(outcome(end, hasMedia: meters.contains { $0.packets > 0 }))
        result.meters = meters
        result.drops = Self.drops(measurements)
        result.firstPacket = meters.compactMap(\.firstArrival).min().map { $0 - started }
        let starts = meters.indices.map { $0 < reply.streams.count ? reply.streams[$0] : nil }
        result.lateness = SessionLateness(
            meters, starts: starts.map { $0?.timestamp },
            wallClock: isLocal ? MediaTime.wallClockOrigin + started.nanoseconds : nil)
        for (meter, start) in zip(meters, starts) where carrier == .udp {
            if end == .goodbye, let sent = meter.sentPackets {
                // The report with the BYE counts all packets.
                result.lostAtEnds += max(0, Int64(sent) - meter.ledger.expected)
            } else if let first = start?.sequenceNumber {
                // The last ones are still under way.
                result.lostAtEnds += meter.ledger.missing(from: first)
            }
        }
        return result
    }

    private func outcome(_ end: SessionEnd?, hasMedia: Bool) -> LoadViewerResult.Outcome {
        guard hasMedia else { return .failed("PLAY: no RTP packet came") }
        switch end {
        case nil: return .completed
        case .goodbye:
            return plan.duration == nil ? .completed : .endedEarly("BYE before the time was over")
        case .silence: return .endedEarly("no packet for 10 s")
        case .connectionClosed(let reason): return .endedEarly("connection closed \(reason)")
        case .closed: return .endedEarly("closed")
        }
    }
}
