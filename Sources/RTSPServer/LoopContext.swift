import Delivery
import Glibc
import MediaCore
import NIOCore

/// The UDP sockets of one event loop on the server's shared pair of ports: sending sides. NIO receives on descriptors of its own.
final class LoopSockets {
    let media: DatagramSender
    let control: DatagramSender

    init(media: DatagramSender, control: DatagramSender) {
        self.media = media
        self.control = control
    }

    var hasPending: Bool { media.hasPending || control.hasPending }

    func close() {
        media.close()
        control.close()
    }
}

/// What an event loop owns for its viewers: pacer, wire buffers, sockets, and the one timer that drives them.
///
/// Touched by its loop alone: no locks.
final class LoopContext {
    let eventLoop: any EventLoop
    let pacer: Pacer
    let pool: BufferPool
    private(set) var sockets: LoopSockets?
    /// Those that channels on this loop send to their groups with.
    private var groups: [LoopSockets] = []
    /// Nanoseconds since the Unix epoch at loop time zero; steps of the host's clock after the start do not show.
    let wallClock: Int64
    private var timer: Scheduled<Void>?
    private var armedFor: MediaTime?
    /// The timer is not set for earlier.
    private var restsUntil = MediaTime.zero
    private var dirtyWriters: [InterleavedWriter] = []
    private var isRunning = false
    private var isStopped = false
    /// This loop's ends of the channels that its sessions watch.
    private var outlets: [UInt32: WeakOutlet] = [:]
    private let pacing: PacingLimits

    private struct WeakOutlet {
        weak var outlet: ChannelOutlet?
    }

    /// NIO looks at no socket as long as a task is due. A pacer that is behind its time must not be due at once again, or no request and no
    /// report would ever be read on this loop.
    private static let breather = MediaTime.microseconds(500)

    init(eventLoop: any EventLoop, sockets: LoopSockets?, limits: Limits) {
        self.eventLoop = eventLoop
        self.sockets = sockets
        self.pacing = limits.pacing
        self.pacer = Pacer(quantum: limits.pacing.quantum)
        self.pool = BufferPool(maximumFreeBytes: limits.freeBufferBytes, batch: limits.demand.batchBytes)
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let unix = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        self.wallClock = unix - Int64(NIODeadline.now().uptimeNanoseconds)
    }

    var now: MediaTime { MediaTime(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)) }

    var viewerEnvironment: Viewer.Environment {
        Viewer.Environment(
            eventLoop: eventLoop, pacer: pacer, pool: pool, now: { [unowned self] in now },
            scheduled: { [unowned self] in arm() })
    }

    /// This loop's end of a channel: one for all sessions that watch it here, as long as there are any.
    func outlet(of channel: ChannelAccess) -> ChannelOutlet {
        if let known = outlets[channel.id]?.outlet { return known }
        outlets = outlets.filter { $0.value.outlet != nil }
        let outlet = channel.makeOutlet(viewerEnvironment, pacing: pacing)
        outlets[channel.id] = WeakOutlet(outlet: outlet)
        return outlet
    }

    func add(group: LoopSockets) { groups.append(group) }

    func remove(group: LoopSockets) {
        groups.removeAll { $0 === group }
        group.close()
    }

    private var allSockets: [LoopSockets] { (sockets.map { [$0] } ?? []) + groups }

    /// A connection has bytes that leave with the next flush.
    func needsFlush(_ writer: InterleavedWriter) {
        dirtyWriters.append(writer)
        if !isRunning { arm() }
    }

    /// Sends what was handed to the transports outside a pacer's run: a goodbye at teardown.
    func flush() {
        // Reports go before the packets that they describe.
        sockets?.control.flush()
        sockets?.media.flush()
        for group in groups {
            group.control.flush()
            group.media.flush()
        }
        // A flush may settle writes at once, and that may gather new ones.
        var index = 0
        while index < dirtyWriters.count {
            dirtyWriters[index].flush()
            index += 1
        }
        dirtyWriters.removeAll(keepingCapacity: true)
        // What did not leave is offered again.
        arm()
    }

    private func run() {
        timer = nil
        armedFor = nil
        isRunning = true
        // What a full socket refused goes first.
        if sockets?.media.hasPending == true { sockets?.media.flush() }
        for group in groups where group.media.hasPending { group.media.flush() }
        pacer.run(now: now)
        flush()
        guard let next = pacer.nextWake, next <= now else {
            isRunning = false
            return arm()
        }
        // After what is queued already.
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            bound.value.isRunning = false
            bound.value.restsUntil = bound.value.now + Self.breather
            bound.value.arm()
        }
    }

    /// Sets the timer for the pacer's next wake, unless it is set for that or earlier.
    private func arm() {
        guard !isRunning, !isStopped else { return }
        var next = pacer.nextWake
        // What a full socket refused is offered again in the next quantum, and so is what was gathered since.
        if sockets?.hasPending == true || groups.contains(where: \.hasPending) || !dirtyWriters.isEmpty {
            let retry = now + pacer.quantum
            next = min(next ?? retry, retry)
        }
        guard var next else { return }
        next = max(next, restsUntil)
        if let armedFor, armedFor <= next { return }
        timer?.cancel()
        armedFor = next
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, next.nanoseconds)))) {
            bound.value.run()
        }
    }

    /// No timer outlives the server, and its UDP ports are free once its last viewer is gone.
    func stop() {
        flush()
        timer?.cancel()
        timer = nil
        isStopped = true
        for sockets in allSockets { sockets.close() }
        sockets = nil
        groups = []
    }
}
