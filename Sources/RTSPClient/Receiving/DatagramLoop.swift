import CSocket
import Glibc
import MediaCore

/// The inside of a `DatagramReader`: lives on its thread and is touched by it alone.
final class DatagramLoop {
    private struct Slot {
        let pair: DatagramPair
        let receiver: StreamReceiver
        var isStalled = false
    }

    private let reader: DatagramReader
    /// By token / 2; a token is even for RTP and odd for RTCP.
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private var indices: [ObjectIdentifier: Int] = [:]
    private let mediaInbox: OpaquePointer
    private let controlInbox: OpaquePointer
    /// The wall clock, in which the kernel stamps datagrams, at monotonic time zero. Read each turn: it may be set.
    private var wallClockOrigin: Int64 = 0
    private let meter: ThreadMeter
    private var turns = Histogram()
    private var reads: Int64 = 0
    private var arrived = Arrived()
    /// Set by `stop`.
    private var stopped: CheckedContinuation<DatagramReader.Use, Never>?

    /// The beginnings of up to 64 packets: header, CSRC list, and room to spare.
    private static let headers = (count: UInt32(CSOCKET_INBOX), bytes: 128)
    /// Whole datagrams of any size, or joined ones.
    private static let whole = (count: UInt32(16), bytes: 65_536)
    /// RTCP fits any network's MTU.
    private static let control = (count: UInt32(4), bytes: 2048)

    /// On the reader's thread.
    init(_ reader: DatagramReader) {
        self.reader = reader
        let configuration = reader.configuration
        let size = configuration.keepsPayload || configuration.joinsSegments ? Self.whole : Self.headers
        guard let media = csocket_inbox_make(size.count, size.bytes),
            let control = csocket_inbox_make(Self.control.count, Self.control.bytes)
        else { preconditionFailure("no memory for a megabyte of receive buffers") }
        self.mediaInbox = media
        self.controlInbox = control
        self.meter = ThreadMeter()
    }

    deinit {
        csocket_inbox_free(mediaInbox)
        csocket_inbox_free(controlInbox)
    }

    /// Reads until it is stopped.
    func run() {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Int(CSOCKET_EVENTS)) { tokens in
            while stopped == nil {
                let count = csocket_poll_wait(reader.poll, reader.wakeup, tokens.baseAddress, 1000)
                turn(tokens[..<Int(count)])
            }
        }
        for case let slot? in slots { close(slot) }
        Glibc.close(reader.poll)
        Glibc.close(reader.wakeup)
        let time = meter.stop()
        var use = DatagramReader.Use()
        use.cpuSeconds = time.cpuSeconds
        use.peakUse = time.peakUse
        use.waitSeconds = time.waitSeconds
        use.turns = turns
        use.reads = reads
        use.arrived = arrived
        stopped?.resume(returning: use)
    }

    /// Reads each ready socket once: one with more waits for the others first.
    private func turn(_ tokens: Slice<UnsafeMutableBufferPointer<UInt64>>) {
        let began = MediaTime.now
        wallClockOrigin = MediaTime.wallClockOrigin
        var isWoken = false
        let before = arrived
        for token in tokens {
            if token == csocket_poll_woken { isWoken = true } else { read(token) }
        }
        let now = MediaTime.now
        if tokens.count > (isWoken ? 1 : 0) { turns.add(nanoseconds: (now - began).nanoseconds) }
        reader.configuration.counter?.add(
            Arrived(packets: arrived.packets - before.packets, bytes: arrived.bytes - before.bytes))
        meter.tick(now)
        // After the reads: no token of a socket that is gone is left.
        if isWoken { for command in reader.takeCommands() { carryOut(command) } }
    }

    private func read(_ token: UInt64) {
        guard let slot = slots[Int(token >> 1)] else { return }
        if token & 1 == 0 { readMedia(slot) } else { readControl(slot) }
    }

    private func readMedia(_ slot: Slot) {
        // An error is that of a datagram of ours (an ICMP answer), and says nothing of the stream.
        let count = csocket_receive(slot.pair.media, mediaInbox)
        guard count > 0 else { return }
        reads += Int64(count)
        let messages = UnsafeBufferPointer(start: csocket_inbox_messages(mediaInbox), count: Int(count))
        arrived += slot.receiver.receiveMedia(messages, at: .now, wallClockOrigin: wallClockOrigin)
    }

    private func readControl(_ slot: Slot) {
        let count = csocket_receive(slot.pair.control, controlInbox)
        guard count > 0 else { return }
        reads += Int64(count)
        let arrival = MediaTime.now
        let messages = UnsafeBufferPointer(start: csocket_inbox_messages(controlInbox), count: Int(count))
        for message in messages where message.held == message.length {
            // SAFETY: the inbox keeps its bytes until it is used again.
            let bytes = RawSpan(_unsafeStart: message.bytes, byteCount: Int(message.held))
            slot.receiver.receiveControl(bytes, at: arrival)
        }
    }

    // MARK: Commands

    private func carryOut(_ command: DatagramReader.Command) {
        switch command {
        case .add(let pair, let receiver): add(Slot(pair: pair, receiver: receiver))
        case .stall(let pair): stall(pair)
        case .remove(let pair): remove(pair)
        case .stop(let continuation): stopped = continuation
        }
    }

    private func add(_ slot: Slot) {
        let index = free.popLast() ?? slots.count
        if index == slots.count { slots.append(slot) } else { slots[index] = slot }
        indices[ObjectIdentifier(slot.pair)] = index
        // These fail when the kernel has no memory left: the stream then stays silent, which its session reports.
        _ = csocket_poll_add(reader.poll, slot.pair.media, UInt64(index) * 2)
        _ = csocket_poll_add(reader.poll, slot.pair.control, UInt64(index) * 2 + 1)
    }

    private func stall(_ pair: DatagramPair) {
        guard let index = indices[ObjectIdentifier(pair)], slots[index]?.isStalled == false else { return }
        slots[index]?.isStalled = true
        _ = csocket_poll_remove(reader.poll, pair.media)
        _ = csocket_poll_remove(reader.poll, pair.control)
    }

    private func remove(_ pair: DatagramPair) {
        guard let index = indices.removeValue(forKey: ObjectIdentifier(pair)), let slot = slots[index] else { return }
        slots[index] = nil
        free.append(index)
        close(slot)
    }

    /// Nothing else holds a copy of the descriptors, so closing them takes them out of the poll set.
    private func close(_ slot: Slot) {
        Glibc.close(slot.pair.media)
        Glibc.close(slot.pair.control)
    }
}
