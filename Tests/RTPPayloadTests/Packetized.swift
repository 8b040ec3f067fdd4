import RTPPayload
import Testing

/// Which of a unit's packets bear the marker.
enum Markers {
    case lastPacket, none, any
}

/// The packets that a packetizer made of one access unit, checked against the layout that `PacketRun` documents.
struct Packetized {
    var packets: [[UInt8]] = []
    var runs: [PacketRun] = []

    var payloads: [[UInt8]] { packets.map { Array($0[12...]) } }

    /// - Parameter before: bytes that lie in the output already.
    init(
        _ packetizer: inout Packetizer, _ unit: [UInt8], key: Bool = false, layout: PacketLayout,
        payloadType: UInt8 = 96,
        capacity: Int? = nil, before: Int = 5, base: Int32 = 1000, markers: Markers = .lastPacket
    ) throws(PacketizationError) {
        let storage = UnsafeMutableRawBufferPointer.allocate(
            byteCount: before + (capacity ?? 4 * unit.count + 70_000), alignment: 1)
        defer { storage.deallocate() }
        // Not zero, so that a header byte that is not written shows.
        storage.initializeMemory(as: UInt8.self, repeating: 0xA5)
        // SAFETY: the storage outlives the span.
        var output = OutputRawSpan(buffer: storage, initializedCount: before)
        var runs = [PacketRun(offset: 0, count: 1, packetSize: 13, lastPacketSize: 13)]
        var failure: PacketizationError?
        do {
            try packetizer.packetize(
                unit.span.bytes, isRandomAccessPoint: key, into: &output, runs: &runs, base: base)
        } catch {
            failure = error
        }
        let written = output.byteCount
        _ = output.finalize(for: storage)
        if let failure {
            #expect(written == before, "output is as it was after an error")
            #expect(runs.count == 1, "runs are as they were after an error")
            throw failure
        }
        self.runs = Array(runs.dropFirst())
        var position = before
        for run in self.runs {
            #expect(Int(run.offset) == Int(base) + position, "runs follow each other without a gap")
            #expect(run.count >= 1 && run.lastPacketSize <= run.packetSize)
            for index in 0..<run.count {
                let isLast = index == run.count - 1
                let size = Int(isLast ? run.lastPacketSize : run.packetSize)
                #expect(size <= layout.maximumPacketSize)
                #expect(storage[position..<position + layout.prefix].allSatisfy { $0 == 0 })
                position += layout.prefix
                packets.append(Array(storage[position..<position + size]))
                position += size
            }
        }
        #expect(position == written, "runs cover the output")
        #expect(!packets.isEmpty)
        for (index, packet) in packets.enumerated() {
            #expect(packet[0] == 0x80)
            #expect(packet[1] & 0x7F == payloadType)
            let isMarked = packet[1] & 0x80 != 0
            #expect(
                markers == .any || isMarked == (markers == .lastPacket && index == packets.count - 1), "the marker")
            #expect(packet[2..<12].allSatisfy { $0 == 0 })
        }
        for (run, next) in zip(self.runs, self.runs.dropFirst()) {
            let isClosed = run.lastPacketSize < run.packetSize || next.packetSize > run.packetSize
            #expect(isClosed, "a run ends only where the next packet cannot join it")
        }
    }
}

extension PayloadFormat {
    /// A packetizer whose packets are for UDP and at most `mtu` bytes.
    func packetizer(_ layout: PacketLayout) -> Packetizer { makePacketizer(layout: layout, payloadType: 96) }
}
