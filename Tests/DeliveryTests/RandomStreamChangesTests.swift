import MediaCore
import RTP
import RTPPayload
import TestSupport
import Testing

@testable import Delivery

/// One track stays while the other goes and comes at random, through seeks and pauses, by the cursor there is and by new ones.
@Suite struct RandomStreamChangesTests {
    @Test(
        "the stream that stays loses nothing and repeats nothing but by seeks; each guest gets whole units of its own",
        arguments: 1...12 as ClosedRange<UInt64>
    )
    func randomChanges(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let stage = ViewerStage()
        let stays = Int.random(in: 0...1, using: &random)
        let title = FakeTitle.film(
            seconds: 30, keyPackets: .random(in: 1...100, using: &random), packets: .random(in: 1...20, using: &random),
            audioLag: .milliseconds(.random(in: 0...1500, using: &random)))
        let seat = stage.seat(title, tracks: [stays], silent: [1 - stays])
        seat.play()
        var guest: RecordingTransport?
        var guests: [RecordingTransport] = []
        // Bytes before each packet of the guest's track, as the cursor brings it; nil if it does not.
        var brought: Int?
        var (seeks, joins) = (0, 0)

        func addGuest() {
            let isInterleaved = Bool.random(using: &random)
            let transport = stage.add(1 - stays, to: seat, interleaved: isInterleaved)
            if brought != transport.prefix {
                brought = transport.prefix
                let tracks = [(stays, 0), (1 - stays, transport.prefix)].map {
                    CursorTrack(
                        track: $0.0, layout: PacketLayout(prefix: $0.1, maximumPacketSize: 1372),
                        payloadType: UInt8(96 + $0.0))
                }
                seat.viewer.replace(cursor: title.makeFakeCursor(CursorOptions(tracks: tracks)), tracks: [0, 1])
            }
            guest = transport
            guests.append(transport)
        }

        for _ in 0..<150 {
            switch Int.random(in: 0..<108, using: &random) {
            case 100..<108:
                // SETUP of what is set up, and PLAY with it.
                guard guest != nil else { continue }
                seat.viewer.remove(track: 1 - stays)
                addGuest()
                if Bool.random(using: &random) {
                    seeks += 1
                    seat.play(.milliseconds(.random(in: 0...28_000, using: &random)))
                }
            case 0..<60: stage.run(for: .milliseconds(.random(in: 0...300, using: &random)))
            case 60..<78:
                if guest == nil {
                    addGuest()
                    if seat.viewer.isPlaying, Bool.random(using: &random) {
                        _ = seat.viewer.join()
                        joins += 1
                    }
                } else {
                    seat.viewer.remove(track: 1 - stays)
                    guest = nil
                }
            case 78..<84: seat.viewer.pause()
            case 84..<94: if !seat.viewer.isPlaying { seat.play() } else { _ = seat.viewer.join() }
            default:
                seeks += 1
                seat.play(.milliseconds(.random(in: 0...28_000, using: &random)))
            }
        }
        if !seat.viewer.isPlaying { seat.play() }
        stage.run(for: .seconds(40))

        #expect(joins > 0 && guests.count > 3)
        let hasEnded = seat.viewer.hasEnded
        #expect(hasEnded)
        let order = title.units.enumerated().filter { $0.element.unit.track == stays }.flatMap { ordinal, unit in
            (0..<unit.packets).map { PacketIdentity(unit: ordinal, packet: $0) }
        }
        let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        let sent = seat.transports[0].sent
        let places = try sent.map { try #require(place[$0.identity]) }
        // A PLAY that follows the end begins anew, as a seek does.
        let restarts = seeks + seat.ends.count - 1
        let jumps = zip(places, places.dropFirst()).count { $0 + 1 != $1 }
        #expect(jumps <= restarts)
        #expect(places.last == order.count - 1)
        for transport in seat.transports + guests {
            let numbers = transport.sent.map(\.header.sequenceNumber)
            let isContiguous = zip(numbers, numbers.dropFirst()).allSatisfy { $0.next == $1 }
            #expect(isContiguous)
        }
        expectIntact(seat.transports[0], of: title, track: stays)
        for guest in guests { expectIntact(guest, of: title, track: 1 - stays) }
        seat.viewer.close()
        stage.settle()
        let unsent = [seat.viewer.queue.unsentPackets, seat.viewer.queue.unsentBytes]
        #expect(unsent == [0, 0])
    }
}
