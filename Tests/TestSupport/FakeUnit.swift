package import MediaCore
package import NIOCore
package import RTPPayload

/// One access unit of a fake title: its times, and the sizes of the RTP packets that it makes.
package struct FakeUnit: Sendable {
    package var unit: AccessUnit
    /// Bytes of each packet, RTP header included; at least `minimumPacketSize`.
    package var packetSizes: [Int]

    /// An RTP header, then `PacketIdentity`.
    package static let minimumPacketSize = 12 + PacketIdentity.size

    package init(_ unit: AccessUnit, packetSizes: [Int]) {
        precondition(!packetSizes.isEmpty && packetSizes.allSatisfy { $0 >= Self.minimumPacketSize })
        self.unit = unit
        self.packetSizes = packetSizes
    }

    package var packets: Int { packetSizes.count }
    package var bytes: Int { packetSizes.reduce(0, +) }

    /// `packets` packets, all but the last of full size.
    package static func sizes(packets: Int, full: Int = 1372, last: Int = 700) -> [Int] {
        Array(repeating: full, count: packets - 1) + [last]
    }

    /// Appends the packets as a packetizer would: header bytes V, M and PT written, the rest of header and prefix zero; a packet joins the
    /// open run if all before it have one size and it is not larger.
    /// - Parameter ordinal: the unit's place in the title, written in each payload.
    package func write(
        ordinal: Int, layout: PacketLayout, payloadType: UInt8, into buffer: inout ByteBuffer, runs: inout [PacketRun]
    ) {
        var open: PacketRun?
        for (index, size) in packetSizes.enumerated() {
            if var run = open, run.lastPacketSize == run.packetSize, size <= Int(run.packetSize) {
                run.count += 1
                run.lastPacketSize = Int32(size)
                open = run
            } else {
                if let open { runs.append(open) }
                open = PacketRun(
                    offset: Int32(buffer.writerIndex), count: 1, packetSize: Int32(size), lastPacketSize: Int32(size))
            }
            buffer.writeRepeatingByte(0, count: layout.prefix)
            let marker: UInt8 = index == packets - 1 ? 0x80 : 0
            buffer.writeBytes([0x80, payloadType | marker])
            buffer.writeRepeatingByte(0, count: 10)
            PacketIdentity(unit: ordinal, packet: index).write(into: &buffer)
            buffer.writeRepeatingByte(UInt8(truncatingIfNeeded: index), count: size - Self.minimumPacketSize)
        }
        if let open { runs.append(open) }
    }
}

/// What a fake packet's payload begins with, so that a recorded packet can be told from any other.
package struct PacketIdentity: Hashable, Sendable {
    /// The unit's place in the title's script.
    package var unit: Int
    /// The packet's place in the unit.
    package var packet: Int

    package static let size = 8

    package init(unit: Int, packet: Int) {
        self.unit = unit
        self.packet = packet
    }

    func write(into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt32(unit))
        buffer.writeInteger(UInt32(packet))
    }

    /// - Parameter packet: a whole RTP packet.
    package init(parsing packet: [UInt8]) {
        func word(_ offset: Int) -> Int { packet[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        self.init(unit: word(12), packet: word(16))
    }
}
