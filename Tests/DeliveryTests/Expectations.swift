import MediaCore
import RTP
import Testing
import TestSupport

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
    for (one, next) in zip(transport.sent, transport.sent.dropFirst()) {
        let isSameUnit = one.identity.unit == next.identity.unit
        let distance = one.header.timestamp.distance(to: next.header.timestamp)
        #expect(one.header.sequenceNumber.next == next.header.sequenceNumber, sourceLocation: sourceLocation)
        #expect(isSameUnit == !one.header.marker, sourceLocation: sourceLocation)
        #expect(next.identity.packet == (isSameUnit ? one.identity.packet + 1 : 0), sourceLocation: sourceLocation)
        #expect(isSameUnit ? distance == 0 : distance > 0, sourceLocation: sourceLocation)
        #expect(one.unit.decodeTime + one.unit.duration >= next.unit.decodeTime, sourceLocation: sourceLocation)
    }
    #expect(transport.sent.last?.header.marker == true, sourceLocation: sourceLocation)
    #expect(transport.damaged == 0, sourceLocation: sourceLocation)
}
