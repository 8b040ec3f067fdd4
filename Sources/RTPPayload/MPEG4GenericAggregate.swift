package import MediaCore

// RFC 3640 3.1, 3.2 and 3.3.6: several whole access units in one packet.

/// Collects access units of AAC until they are sent in one packet.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  AU-headers-length = 16n bits |  AU-size (13 bits)      |index|  n - 1 more AU-headers, with AU-Index-delta 0,
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  then the units, one behind the other
/// ```
/// The packet's timestamp is the first unit's (RFC 3640 3.1); those of the others follow from it, for each lasts as long as
/// the next: what does not follow so begins a packet of its own.
package struct MPEG4GenericAggregate: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private let packetizer: MPEG4GenericPacketizer
    private let timeBase: TimeBase
    private let samplesPerUnit: Int64
    /// AU-headers, without their length.
    private var headers: [UInt8] = []
    private var units: [UInt8] = []
    private var start = MediaTime.zero

    /// What a stored presentation time may differ from the one that a receiver computes: containers round to milliseconds.
    private static let tolerance = MediaTime.milliseconds(1)
    /// What 16 bits of AU-headers-length can say.
    private static let maximumCount = 0xFFFF / 16

    init(layout: PacketLayout, payloadType: UInt8, isADTS: Bool, clockRate: ClockRate, samplesPerUnit: Int) {
        self.layout = layout
        self.payloadType = payloadType
        packetizer = MPEG4GenericPacketizer(layout: layout, payloadType: payloadType, isADTS: isADTS)
        timeBase = TimeBase(1, Int32(clamping: clockRate.hertz))
        self.samplesPerUnit = Int64(samplesPerUnit)
    }

    /// Units collected.
    package var count: Int { headers.count / 2 }

    /// Bytes of wire buffer that the packet takes, prefix included; zero if there are no units.
    package var wireSize: Int {
        headers.isEmpty ? 0 : layout.prefix + PacketWriter.headerSize + 2 + headers.count + units.count
    }

    /// Adds a unit, if it fits and its time follows from the first one's.
    /// - Returns: false if it does neither; nothing has changed then. One that is not taken while there are no others goes
    ///   to the packetizer, in fragments.
    /// - Throws: as the packetizer.
    package mutating func append(_ bytes: RawSpan, at presentationTime: MediaTime) throws(PacketizationError) -> Bool {
        // SAFETY: the pointer is used inside the closure alone, from 0 to its count.
        try bytes.withUnsafeBytes { (stored) throws(PacketizationError) in
            let unit = try packetizer.accessUnit(stored)
            guard !unit.isEmpty else { throw .malformed("empty access unit", offset: 0) }
            let size = PacketWriter.headerSize + 2 + headers.count + 2 + units.count + unit.count
            guard size <= layout.maximumPacketSize, unit.count <= MPEG4GenericPacketizer.maximumUnit,
                count < Self.maximumCount, follows(presentationTime)
            else { return false }
            if headers.isEmpty { start = presentationTime }
            let header = UInt16(truncatingIfNeeded: unit.count << 3)
            headers.append(UInt8(truncatingIfNeeded: header >> 8))
            headers.append(UInt8(truncatingIfNeeded: header))
            units.append(contentsOf: unit)
            return true
        }
    }

    private func follows(_ presentationTime: MediaTime) -> Bool {
        guard !headers.isEmpty else { return true }
        let computed = start + MediaTime(ticks: Int64(count) * samplesPerUnit, timeBase: timeBase)
        return presentationTime >= computed - Self.tolerance && presentationTime <= computed + Self.tolerance
    }

    /// Appends the packet to `output`, laid out as `PacketRun` documents, and is empty then.
    /// - Throws: `.outputFull` if there is no room for `wireSize` bytes; nothing has changed then.
    /// - Precondition: there are units.
    package mutating func write(
        into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        precondition(!headers.isEmpty, "a packet holds a unit")
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            // The marker: whole units (RFC 3640 3.1).
            let payload = try writer.packet(payload: 2 + headers.count + units.count, marker: true, runs: &runs)
            payload.storeBytes(of: UInt16(headers.count * 8).bigEndian, as: UInt16.self)
            payload.advanced(by: 2).copy(headers.span.bytes, 0..<headers.count)
            payload.advanced(by: 2 + headers.count).copy(units.span.bytes, 0..<units.count)
        }
        headers.removeAll(keepingCapacity: true)
        units.removeAll(keepingCapacity: true)
    }
}
