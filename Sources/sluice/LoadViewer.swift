import MediaCore
import NIOCore
import RTP
import RTSPClient

/// How one viewer fared.
struct LoadViewerResult: Sendable {
    enum Outcome: Hashable, Sendable {
        case completed
        /// It played, but not to the end nor for as long as asked.
        case endedEarly(String)
        /// It never played.
        case failed(String)
    }

    var outcome: Outcome
    /// Finished; one per stream.
    var meters: [StreamMeter] = []
    var lateness: SessionLateness?
    /// Connecting to first RTP packet.
    var firstPacket: MediaTime?
    /// Packets missing before the first that came and after the last.
    var lostAtEnds: Int64 = 0

    var lost: Int64 { lostAtEnds + meters.reduce(0) { $0 + $1.ledger.lost } }
}

/// One viewer: connects, plays, measures, leaves.
struct LoadViewer: Sendable {
    let url: String
    let plan: LoadPlan
    let eventLoop: any EventLoop
    let progress: LoadProgress

    private typealias Meter = NIOLoopBoundBox<StreamMeter>

    func run() async -> LoadViewerResult {
        let started = MediaTime.now
        progress.starting()
        let client: Client
        do { client = try await Client.connect(to: url, on: eventLoop) } catch {
            progress.failed()
            return LoadViewerResult(outcome: .failed("\(error)"))
        }
        let result = await play(client, started: started)
        await client.close()
        if case .failed = result.outcome { progress.failed() } else { progress.ended() }
        return result
    }

    private func play(_ client: Client, started: MediaTime) async -> LoadViewerResult {
        var meters: [Meter] = []
        let session: ClientSession
        do {
            let presentation = try await client.describe()
            meters = presentation.streams.map {
                Meter.makeBoxSendingValue(StreamMeter(clockRate: $0.clockRate, epoch: started), eventLoop: eventLoop)
            }
            session = try await client.setup(presentation, over: plan.carrier) { [meters] in callbacks(meters[$0]) }
        } catch {
            return LoadViewerResult(outcome: .failed("\(error)"))
        }
        let reply: PlayReply
        do { reply = try await session.play() } catch {
            try? await session.teardown()
            return LoadViewerResult(outcome: .failed("\(error)"))
        }
        progress.playing()
        let end = await session.waitUntilEnd(timeout: plan.duration)
        let taken = await take(meters)
        if end == nil || end == .goodbye { try? await session.teardown() } else { await session.close() }
        return measure(taken, reply, end: end, started: started, isLocal: client.isLocal)
    }

    private func callbacks(_ meter: Meter) -> StreamCallbacks {
        let progress = progress
        return StreamCallbacks(
            packet: { header, packet, arrival in
                meter.value.receive(header, bytes: packet.byteCount, at: arrival)
                progress.received(bytes: packet.byteCount)
            },
            report: { compound, _ in
                for case .senderReport(let report) in compound.packets { meter.value.receive(report) }
            })
    }

    /// What was measured up to now.
    private func take(_ meters: [Meter]) async -> [StreamMeter] {
        let taken = try? await eventLoop.submit {
            meters.map { meter in
                var meter = meter.value
                meter.finish()
                return meter
            }
        }.get()
        return taken ?? []
    }

    private func measure(
        _ meters: [StreamMeter], _ reply: PlayReply, end: SessionEnd?, started: MediaTime, isLocal: Bool
    ) -> LoadViewerResult {
        var result = LoadViewerResult(outcome: outcome(end, hasMedia: meters.contains { $0.packets > 0 }))
        result.meters = meters
        result.firstPacket = meters.compactMap(\.firstArrival).min().map { $0 - started }
        let starts = meters.indices.map { $0 < reply.streams.count ? reply.streams[$0] : nil }
        result.lateness = SessionLateness(
            meters, starts: starts.map { $0?.timestamp },
            wallClock: isLocal ? MediaTime.wallClockOrigin + started.nanoseconds : nil)
        for (meter, start) in zip(meters, starts) where plan.carrier == .udp {
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
