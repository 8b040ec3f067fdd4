import MediaCore
import RTP
import TestSupport
import Testing

/// Sequence numbers follow each other without a gap, on every stream.
func expectContiguous(_ seat: ViewerStage.Seat, sourceLocation: SourceLocation = #_sourceLocation) {
    for transport in seat.transports {
        let numbers = transport.sent.map(\.header.sequenceNumber)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0.next == $1 }, sourceLocation: sourceLocation)
    }
}

/// A stream that was played once from the beginning to the end: every packet once and in order, sequence numbers without a gap, timestamps
/// that never go back, one per unit.
func expectWhole(_ transport: RecordingTransport, sourceLocation: SourceLocation = #_sourceLocation) {
    let broken = zip(transport.sent, transport.sent.dropFirst()).first { !follows($0, $1) }
    #expect(broken == nil, sourceLocation: sourceLocation)
    #expect(transport.sent.last?.header.marker == true, sourceLocation: sourceLocation)
    #expect(transport.damaged == 0, sourceLocation: sourceLocation)
}

/// What one receiver got of `title`'s track, from its SETUP to its BYE: whole units from their first packet on (the last may be cut off),
/// each packet's framing, size, header, and its payload's beginning and end as the title has them.
func expectIntact(
    _ transport: RecordingTransport, of title: FakeTitle, track: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
    let spoilt = transport.sent.first { !isIntact($0, of: title, track: track, id: transport.interleavedID) }
    #expect(spoilt == nil, sourceLocation: sourceLocation)
    #expect(
        spoilt != nil || transport.sent.first.map { $0.identity.packet == 0 } ?? true, sourceLocation: sourceLocation)
    let torn = zip(transport.sent, transport.sent.dropFirst()).first { one, next in
        guard !one.header.marker else { return next.identity.packet != 0 }
        return next.identity != PacketIdentity(unit: one.identity.unit, packet: one.identity.packet + 1)
            || next.header.timestamp != one.header.timestamp
    }
    #expect(spoilt != nil || torn == nil, sourceLocation: sourceLocation)
    #expect(transport.damaged == 0, sourceLocation: sourceLocation)
}

private func isIntact(_ sent: RecordingTransport.Sent, of title: FakeTitle, track: Int, id: UInt8?) -> Bool {
    let identity = sent.identity
    guard title.units.indices.contains(identity.unit), title.units[identity.unit].unit.track == track,
        title.units[identity.unit].packetSizes.indices.contains(identity.packet)
    else { return false }
    let sizes = title.units[identity.unit].packetSizes
    let size = sizes[identity.packet]
    let framing = id.map { [UInt8(ascii: "$"), $0, UInt8(size >> 8), UInt8(size & 0xFF)] } ?? []
    let marker: UInt8 = identity.packet == sizes.count - 1 ? 0x80 : 0
    return sent.bytes.count == size && sent.framing == framing
        && sent.bytes[..<2].elementsEqual([0x80, UInt8(96 + track) | marker])
        && (size == FakeUnit.minimumPacketSize || sent.bytes[size - 1] == UInt8(truncatingIfNeeded: identity.packet))
}

private func follows(_ one: RecordingTransport.Sent, _ next: RecordingTransport.Sent) -> Bool {
    let (header, nextHeader) = (one.header, next.header)
    guard header.sequenceNumber.next == nextHeader.sequenceNumber else { return false }
    let distance = header.timestamp.distance(to: nextHeader.timestamp)
    guard header.marker else {
        return next.identity == PacketIdentity(unit: one.identity.unit, packet: one.identity.packet + 1)
            && distance == 0
    }
    return next.identity.packet == 0 && distance > 0 && one.unit.decodeTime + one.unit.duration >= next.unit.decodeTime
}
