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
