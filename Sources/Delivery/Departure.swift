package import MediaCore

extension DemandQueue {
    /// Consecutive packets, all of one size but perhaps the last, that leave together.
    package struct Departure {
        /// Index of `lines`.
        package let line: Int
        package let buffer: WireBuffer
        package let unit: AccessUnit
        /// Bytes from the buffer's base to the first packet's prefix.
        package let offset: Int
        package let packets: Int
        package let packetSize: Int
        package let lastPacketSize: Int
        /// Packets of the unit that departed before, and that are still to come.
        package let packetsBefore: Int
        package let packetsAfter: Int

        /// Whether all of it lies in its buffer. That of a cursor which lays packets out with other prefixes may not.
        /// - Parameter prefix: bytes before each packet.
        package func isWithinBuffer(prefix: Int) -> Bool {
            let length = packets * prefix + (packets - 1) * packetSize + lastPacketSize
            return offset + length <= buffer.size
        }
    }
}
