import Delivery
import NIOCore

/// One stream's packets on the RTSP connection, framed by `$`, the interleaved id and the length (RFC 2326 10.12).
final class InterleavedTransport: PacketTransport {
    /// RTP's channel id; RTCP's is `controlID`.
    let channelID: UInt8
    let controlID: UInt8
    private let writer: InterleavedWriter
    private let accepted: (_ line: Int, _ packets: Int) -> Void

    /// - Parameter accepted: told of packets that the kernel has taken, in order.
    init(
        channelID: UInt8, controlID: UInt8, writer: InterleavedWriter,
        accepted: @escaping (_ line: Int, _ packets: Int) -> Void
    ) {
        self.channelID = channelID
        self.controlID = controlID
        self.writer = writer
        self.accepted = accepted
    }

    var interleavedID: UInt8? { channelID }
    var isPaced: Bool { false }
    var isFull: Bool { writer.isFull }

    func send(_ departure: DemandQueue.Departure) {
        let length = 4 * departure.packets + (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
        guard let slice = departure.buffer.buffer.getSlice(at: departure.offset, length: length) else {
            preconditionFailure("a departure lies in its buffer")
        }
        writer.write(slice, packets: departure.packets, line: departure.line, accepted: accepted)
    }

    /// A client that reads nothing must not gather reports: beyond the writer's limit they are left out.
    func send(control packet: [UInt8]) {
        guard !packet.isEmpty, packet.count <= Int(UInt16.max) else { return }
        writer.writeControl(packet, id: controlID)
    }
}

/// The interleaved side of one connection: gathers a quantum's trains, writes them with one flush, and reports each when the kernel has it.
///
/// Belongs to the connection's event loop.
final class InterleavedWriter {
    private let channel: any Channel
    private let limit: Int
    private let loop: LoopContext
    /// Bytes written to the channel and not yet in the kernel.
    private(set) var outstanding = 0
    /// Of these, bytes of RTCP.
    private var outstandingControl = 0
    private var gathered: [Written] = []
    private var isDirty = false
    private var sendBuffer: SendBuffer?
    /// Called when a full writer has room again.
    var drained: (() -> Void)?

    /// Bytes of RTCP that may wait: the reports of a minute and more.
    private static let controlLimit = 16 * 1024

    private struct Written {
        let line: Int
        let packets: Int
        let bytes: Int
        let accepted: ((_ line: Int, _ packets: Int) -> Void)?
    }

    /// - Parameter limit: bytes that may wait in the channel before the transport says that it is full.
    init(channel: any Channel, limit: Int, loop: LoopContext) {
        self.channel = channel
        self.limit = limit
        self.loop = loop
    }

    var isFull: Bool { outstanding >= limit }

    func setSendBuffer(_ wanted: SendBuffer) {
        let wanted = sendBuffer.map(wanted.joined) ?? wanted
        guard sendBuffer != wanted else { return }
        sendBuffer = wanted
        wanted.apply(to: channel)
    }

    func write(
        _ slice: ByteBuffer, packets: Int, line: Int, accepted: @escaping (_ line: Int, _ packets: Int) -> Void
    ) {
        add(Written(line: line, packets: packets, bytes: slice.readableBytes, accepted: accepted), slice)
    }

    func writeControl(_ packet: [UInt8], id: UInt8) {
        guard outstandingControl < Self.controlLimit else { return }
        outstandingControl += packet.count + 4
        var frame = channel.allocator.buffer(capacity: packet.count + 4)
        frame.writeInteger(UInt8(ascii: "$"))
        frame.writeInteger(id)
        frame.writeInteger(UInt16(packet.count))
        frame.writeBytes(packet)
        add(Written(line: 0, packets: 0, bytes: frame.readableBytes, accepted: nil), frame)
    }

    private func add(_ written: Written, _ bytes: ByteBuffer) {
        outstanding += written.bytes
        gathered.append(written)
        channel.write(bytes, promise: nil)
        if !isDirty {
            isDirty = true
            loop.needsFlush(self)
        }
    }

    /// Hands the gathered bytes to the kernel; called once per quantum by the loop.
    func flush() {
        isDirty = false
        guard !gathered.isEmpty else { return }
        let written = gathered
        gathered.removeAll(keepingCapacity: true)
        // An empty write completes when everything before it has.
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.settle(written) }
        channel.writeAndFlush(channel.allocator.buffer(capacity: 0), promise: promise)
    }

    private func settle(_ written: [Written]) {
        let wasFull = isFull
        for item in written {
            outstanding -= item.bytes
            if let accepted = item.accepted {
                accepted(item.line, item.packets)
            } else {
                outstandingControl -= item.bytes
            }
        }
        if wasFull && !isFull { drained?() }
    }
}
