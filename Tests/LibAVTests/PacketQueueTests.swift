import CFFmpeg
import Testing

@testable import LibAV

@Suite struct PacketQueueTests {
    private static func packet(_ size: Int32) -> Packet {
        let packet = Packet()
        av_new_packet(packet.pointer, size)
        return packet
    }

    @Test func `first in, first out, with the bytes counted`() {
        var queue = PacketQueue()
        for size in 1...200 as ClosedRange<Int32> { queue.append(Self.packet(size)) }
        #expect(queue.count == 200 && queue.bytes == 20_100)
        for size in 1...150 { #expect(queue.popFirst()?.size == size) }
        #expect(queue.count == 50)
        queue.prepend(Self.packet(7))
        queue.prepend(Self.packet(8))
        queue.append(Self.packet(9))
        #expect(queue.popFirst()?.size == 8)
        #expect(queue.popFirst()?.size == 7)
        #expect(queue.popFirst()?.size == 151)
        #expect(queue.count == 50)
        queue.removeAll()
        #expect(queue.isEmpty && queue.bytes == 0)
        queue.prepend(Self.packet(1))
        #expect(queue.count == 1)
    }

    @Test func `taking empties the packet`() {
        var packet = Self.packet(5)
        let taken = packet.take()
        let sizes = [taken.size, packet.size]
        #expect(sizes == [5, 0])
    }

    @Test func `a new configuration is read from the side data`() {
        let packet = Self.packet(5)
        let before = (packet.newConfiguration, packet.isEncrypted)
        #expect(before.0 == nil && !before.1)
        let data = av_packet_new_side_data(packet.pointer, AV_PKT_DATA_NEW_EXTRADATA, 3)!
        for index in 0..<3 { data[index] = UInt8(index + 1) }
        let configuration = packet.newConfiguration
        #expect(configuration == [1, 2, 3])
        _ = av_packet_new_side_data(packet.pointer, AV_PKT_DATA_ENCRYPTION_INFO, 4)
        let isEncrypted = packet.isEncrypted
        #expect(isEncrypted)
    }
}
