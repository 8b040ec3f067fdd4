import MediaCore
import RTP
import TestSupport
import Testing

/// Sequence numbers and identities without a gap, each packet once.
func expectWhole(_ sent: [RecordingTransport.Sent], _ title: FakeTitle = .channelFilm) {
    #expect(
        zip(sent, sent.dropFirst()).allSatisfy {
            $1.header.sequenceNumber == $0.header.sequenceNumber.advanced(by: 1)
        })
    guard let first = sent.first else { return }
    let all = title.packets(of: first.unit.track)
    guard let place = all.firstIndex(of: first.identity) else { return #expect(Bool(false), "\(first.identity)") }
    #expect(sent.map(\.identity).elementsEqual(all[place...].prefix(sent.count)))
}

extension FakeTitle {
    static let channelFilm = FakeTitle.film(seconds: 60)

    /// The packets of a track in the order in which they are to come.
    func packets(of track: Int) -> [PacketIdentity] {
        units.enumerated().filter { $0.element.unit.track == track }.flatMap { ordinal, unit in
            (0..<unit.packets).map { PacketIdentity(unit: ordinal, packet: $0) }
        }
    }
}
