import MediaCore
import NIOCore
import RTP
import RTSP

/// Why a session brings no more media.
package enum SessionEnd: Hashable, Sendable {
    /// BYE came on every stream.
    case goodbye
    /// Nothing came for `Client.Configuration.silenceTimeout` while playing.
    case silence
    case connectionClosed(reason: String)
    /// By `ClientSession.teardown` or `close`.
    case closed
}

/// What carries a stream: its pair of ports or of interleaved ids. On the session's event loop.
struct StreamTransport {
    /// Sends RTCP to the server; nil where it takes none.
    var sendControl: ((_ packet: [UInt8]) -> Void)?
    /// Reads nothing any more.
    var stall: () -> Void
    /// Packets that came to this host but found no room; nil if nobody knows.
    var drops: () -> Int64?
    var release: () -> Void
}

/// What a session does by itself on its event loop: receiver reports, keep-alives, recognising the end.
final class SessionState {
    struct Stream {
        let receiver: StreamReceiver
        /// Nil once it is released.
        var transport: StreamTransport?
        /// The transport's, as they were when it was released.
        var drops: Int64?
    }

    private let eventLoop: any EventLoop
    private let silenceTimeout: TimeAmount?
    private let cname: CNAME
    private var interval: ReportInterval
    /// They stay when it is closed, without their transports: what they measured may still be asked for.
    private(set) var streams: [Stream] = []
    private var timers: [RepeatedTask] = []
    private var reportTimer: Scheduled<Void>?
    private var waiting: [EventLoopPromise<SessionEnd?>] = []
    private var end: SessionEnd?
    private var isClosed = false
    /// Since when it plays; nil while it does not.
    private var playingSince: MediaTime?

    /// Between the last BYE and the end: what other sockets still hold is read first.
    private static let grace = TimeAmount.milliseconds(100)
    /// Bytes per second for RTCP: 5 % of 1 Mbit/s; the minimum interval rules anyhow between two members.
    private static let controlBandwidth = 6_250

    init(eventLoop: any EventLoop, silenceTimeout: TimeAmount?) {
        self.eventLoop = eventLoop
        self.silenceTimeout = silenceTimeout
        var random = SystemRandomNumberGenerator()
        self.cname = CNAME(using: &random)
        self.interval = ReportInterval(
            members: 2, senders: 1, weSent: false, rtcpBandwidth: Self.controlBandwidth, probableSize: 60)
    }

    func add(_ receiver: StreamReceiver, _ transport: StreamTransport) {
        guard !isClosed else { return transport.release() }
        streams.append(Stream(receiver: receiver, transport: transport))
        let (bound, eventLoop) = (NIOLoopBound(self, eventLoop: eventLoop), eventLoop)
        receiver.whenGoodbye { eventLoop.execute { bound.value.goodbye() } }
    }

    /// Calls `keepAlive` every `period` from now on.
    func startKeepAlive(every period: TimeAmount, _ keepAlive: @escaping () -> Void) {
        guard !isClosed else { return }
        let bound = NIOLoopBound(keepAlive, eventLoop: eventLoop)
        timers.append(
            eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in bound.value() })
    }

    // MARK: Play and pause

    /// A PLAY is about to be sent.
    func play() {
        guard !isClosed else { return }
        end = nil
        for stream in streams { stream.receiver.restart() }
        if playingSince == nil, reportTimer == nil {
            scheduleReport()
            startSilenceWatch()
        }
        playingSince = .now
    }

    func pause() { playingSince = nil }

    /// Reads nothing any more, and does not expect anything. Reports and keep-alives go on.
    func stall() {
        playingSince = nil
        for stream in streams { stream.transport?.stall() }
    }

    /// What the streams' meters hold.
    func measurements() -> [StreamMeasurement] {
        streams.compactMap { stream in
            guard var meter = stream.receiver.meter else { return nil }
            meter.finish(isComplete: stream.receiver.hasEnded)
            return StreamMeasurement(meter: meter, drops: stream.transport.map { $0.drops() } ?? stream.drops)
        }
    }

    private func scheduleReport() {
        var random = SystemRandomNumberGenerator()
        let delay = TimeAmount.nanoseconds(interval.next(using: &random).nanoseconds)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        reportTimer = eventLoop.scheduleTask(in: delay) {
            bound.value.sendReports()
            bound.value.scheduleReport()
        }
    }

    private func sendReports() {
        let now = MediaTime.now
        for stream in streams {
            guard let send = stream.transport?.sendControl,
                let report = stream.receiver.report(cname: cname, now: now)
            else { continue }
            send(report)
            interval.sent(bytes: report.count)
        }
    }

    private func startSilenceWatch() {
        guard let silenceTimeout else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let limit = MediaTime(nanoseconds: silenceTimeout.nanoseconds)
        let period = TimeAmount.nanoseconds(max(silenceTimeout.nanoseconds / 8, 1_000_000))
        timers.append(
            eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
                let state = bound.value
                guard let since = state.playingSince else { return }
                let last = state.streams.compactMap(\.receiver.lastArrival).max() ?? since
                if MediaTime.now - max(last, since) >= limit { state.finish(.silence) }
            })
    }

    // MARK: The end

    private func goodbye() {
        guard !isClosed, streams.allSatisfy(\.receiver.hasEnded) else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.grace) {
            // A PLAY may have come in between.
            if bound.value.streams.allSatisfy(\.receiver.hasEnded) { bound.value.finish(.goodbye) }
        }
    }

    private func finish(_ reason: SessionEnd) {
        guard end == nil else { return }
        playingSince = nil
        end = reason
        for promise in waiting { promise.succeed(reason) }
        waiting.removeAll()
    }

    /// Frees everything.
    func close(_ reason: SessionEnd) {
        guard !isClosed else { return }
        isClosed = true
        for timer in timers { timer.cancel() }
        reportTimer?.cancel()
        for index in streams.indices {
            guard let transport = streams[index].transport else { continue }
            streams[index].drops = transport.drops()
            streams[index].transport = nil
            streams[index].receiver.whenGoodbye(nil)
            transport.release()
        }
        finish(reason)
    }

    /// Succeeds with the end, or with nil after `timeout`.
    func waitUntilEnd(timeout: TimeAmount?) -> EventLoopFuture<SessionEnd?> {
        let promise = eventLoop.makePromise(of: SessionEnd?.self)
        if let end {
            promise.succeed(end)
            return promise.futureResult
        }
        waiting.append(promise)
        if let timeout {
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            let timer = eventLoop.scheduleTask(in: timeout) {
                let state = bound.value
                guard let index = state.waiting.firstIndex(where: { $0.futureResult === promise.futureResult }) else {
                    return
                }
                state.waiting.remove(at: index).succeed(nil)
            }
            promise.futureResult.whenComplete { _ in timer.cancel() }
        }
        return promise.futureResult
    }
}
