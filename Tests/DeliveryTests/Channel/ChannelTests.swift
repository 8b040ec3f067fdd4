import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

/// DESIGN's laws of shared channels, with a fake source and a manual clock.
@Suite struct ChannelTests {
    private static let film = FakeTitle.channelFilm

    @Test(arguments: [false, true])
    func aViewerWhoKeepsUpGetsAll(_ interleaved: Bool) throws {
        let channel = ChannelStage(Self.film)
        let seat = channel.seat(interleaved: interleaved)
        channel.run(for: .seconds(20))
        let start = try #require(seat.lastStart)
        for (index, transport) in seat.transports.enumerated() {
            expectWhole(transport.sent)
            #expect(transport.sent.first?.header.sequenceNumber == start.streams[index].sequenceNumber)
            #expect(transport.sent.first?.header.timestamp == start.streams[index].timestamp)
            #expect(transport.sent.allSatisfy { $0.header.ssrc == SSRC(0xC000_0000 + UInt32(index)) })
            // The report comes first.
            #expect(transport.control.first?.packetsBefore == 0)
            #expect(transport.control.count >= 3)
            #expect((transport.sent.last?.unit.decodeTime ?? .zero) >= .milliseconds(19_400))
        }
        #expect(channel.channel.counters.unsentTimeMaximum <= .milliseconds(1300))
    }

    /// A unit's last packet leaves by its decode time and a quantum, for everybody.
    @Test func nobodyIsLate() throws {
        let channel = ChannelStage(Self.film)
        let first = channel.seat()
        channel.run(for: .seconds(5))
        let second = channel.seat(interleaved: true)
        channel.run(for: .seconds(20))
        let base = try #require(first.transports[0].sent.first)
        for seat in [first, second] {
            for transport in seat.transports {
                // A joining viewer has caught up after a second or so.
                for sent in transport.sent where sent.time > ViewerStage.begin + .seconds(7) {
                    let due = base.time + (sent.unit.decodeTime - base.unit.decodeTime)
                    #expect(sent.time <= due + .milliseconds(304))
                }
            }
        }
    }

    @Test func allHaveTheSamePackets() {
        let channel = ChannelStage(Self.film)
        let seats = (0..<4).map { channel.seat(interleaved: $0 % 2 == 1) }
        channel.run(for: .seconds(10))
        for seat in seats.dropFirst() {
            for track in 0..<2 {
                let count = min(seat.transports[track].sent.count, seats[0].transports[track].sent.count)
                #expect(count > 400)
                #expect(
                    seat.transports[track].sent.prefix(count).map(\.bytes)
                        == seats[0].transports[track].sent.prefix(count).map(\.bytes))
            }
        }
        // Read and packetized once.
        #expect(channel.channel.counters.packetsSent <= seats[0].transports.map(\.sent.count).reduce(0, +) + 64)
    }

    /// Framing is right, whichever id.
    @Test func framing() {
        let channel = ChannelStage(Self.film)
        let seats = (0..<6).map { _ in channel.seat(interleaved: true) }
        channel.run(for: .seconds(4))
        for seat in seats {
            for transport in seat.transports {
                #expect(transport.damaged == 0)
                for sent in transport.sent {
                    let length = sent.bytes.count
                    #expect(
                        sent.framing == [0x24, transport.interleavedID ?? 0, UInt8(length >> 8), UInt8(length & 255)])
                }
            }
        }
    }

    /// A stopped viewer changes nothing for others: neither what they get, nor when, but for the quantum that the loop has anything to do in.
    @Test func aStoppedViewerChangesNothing() {
        let limits = ChannelLimits(windowTime: .seconds(10), windowBytes: 16 << 20, joinBurst: 4, gather: .zero)
        func watch(stopped: Int) -> [(MediaTime, [UInt8])] {
            let channel = ChannelStage(Self.film, limits: limits)
            let seat = channel.seat()
            let others = (0..<stopped).map { _ in channel.seat(interleaved: true, acceptance: .manual) }
            for other in others { for transport in other.transports { transport.capacity = 20 } }
            channel.run(for: .seconds(30))
            return seat.transports.flatMap { $0.sent.map { ($0.time, $0.bytes) } }
        }
        let alone = watch(stopped: 0)
        let crowded = watch(stopped: 20)
        #expect(alone.count == crowded.count)
        #expect(zip(alone, crowded).allSatisfy { $0.1 == $1.1 })
        #expect(zip(alone, crowded).allSatisfy { abs(($0.0 - $1.0).nanoseconds) <= 2_000_000 })
    }

    /// What a channel holds is the window, whoever watches.
    @Test(arguments: [(1, 0), (1000, 0), (1000, 1), (1000, 999)])
    func memoryIsTheWindow(_ viewers: Int, _ stopped: Int) {
        let title = FakeTitle.film(seconds: 5, keyPackets: 8, packets: 3)
        let limits = ChannelLimits(
            windowTime: .seconds(1), windowBytes: 1 << 20, joinBurst: 4, stallTime: .seconds(3600))
        let channel = ChannelStage(title, limits: limits)
        for index in 0..<viewers {
            let seat = channel.seat(interleaved: true, acceptance: index < stopped ? .manual : .immediate)
            if index < stopped { for transport in seat.transports { transport.capacity = 4 } }
        }
        channel.run(for: .milliseconds(2500))
        // 1 s of 25 pictures of 3 packets (8 for a key frame) and of 47 audio units.
        let expected = (25 * 3 + 5) * 1372 + 47 * 380
        #expect(channel.outlet.windowBytes <= expected + 20_000)
        #expect(channel.outlet.windowBytes >= expected - 20_000)
        #expect(channel.channel.counters.unsentBytesMaximum <= 512_000 + 256_000)
    }

    @Test func theWindowIsBoundedInBytes() {
        let limits = ChannelLimits(windowTime: .seconds(60), windowBytes: 500_000, joinBurst: 4)
        let channel = ChannelStage(Self.film, limits: limits)
        let seat = channel.seat()
        channel.run(for: .seconds(20))
        #expect(channel.outlet.windowBytes <= 500_000)
        #expect(channel.outlet.windowBytes > 400_000)
        for transport in seat.transports { expectWhole(transport.sent) }
    }

    // MARK: Joining

    /// The last key frame's group at once, at no more than the join burst's rate; without a gap from there on.
    @Test(arguments: [false, true])
    func aViewerJoinsAtTheLastKeyFrame(_ interleaved: Bool) throws {
        let channel = ChannelStage(Self.film)
        let first = channel.seat()
        channel.run(for: .milliseconds(5700))
        let late = channel.seat(interleaved: interleaved)
        let joined = channel.stage.now
        channel.run(for: .seconds(10))
        let video = late.transports[0].sent
        let begin = try #require(video.first)
        #expect(begin.unit.isRandomAccessPoint)
        #expect(begin.identity.packet == 0)
        #expect(begin.time <= joined + .milliseconds(4))
        for transport in late.transports { expectWhole(transport.sent) }
        let published = Dictionary(
            uniqueKeysWithValues: first.transports[0].sent.map { ($0.header.sequenceNumber.rawValue, $0.time) })
        let origin = try #require(published[begin.header.sequenceNumber.rawValue])
        for sent in video {
            let time = try #require(published[sent.header.sequenceNumber.rawValue])
            #expect(sent.time >= time)
            if sent.time > time + .milliseconds(2), !interleaved {
                // At most four times the rate, on a grid of quanta.
                #expect((sent.time - joined).nanoseconds * 4 >= (time - origin).nanoseconds - 2_000_000)
            }
        }
        // It has caught up.
        #expect(video.last?.header.sequenceNumber == first.transports[0].sent.last?.header.sequenceNumber)
    }

    @Test func aViewerMayWaitForTheNextKeyFrame() throws {
        let channel = ChannelStage(
            Self.film, limits: ChannelLimits(windowTime: .seconds(10), windowBytes: 16 << 20, joinBurst: nil))
        let first = channel.seat()
        channel.run(for: .milliseconds(5700))
        // The first had not to wait.
        #expect(first.transports[0].sent.first?.identity == PacketIdentity(unit: 0, packet: 0))
        let late = channel.seat()
        let joined = channel.stage.now
        #expect(late.starts.isEmpty)
        channel.run(for: .seconds(3))
        let start = try #require(late.lastStart)
        let begin = try #require(late.transports[0].sent.first)
        #expect(begin.unit.isRandomAccessPoint)
        #expect(begin.time > joined)
        #expect(begin.header.sequenceNumber == start.streams[0].sequenceNumber)
        let newest = first.transports[0].sent.first { $0.time > joined && $0.unit.isRandomAccessPoint }
        #expect(newest?.header.sequenceNumber == begin.header.sequenceNumber)
        for (index, transport) in late.transports.enumerated() {
            expectWhole(transport.sent)
            #expect(transport.sent.first?.header.sequenceNumber == start.streams[index].sequenceNumber)
        }
    }

    /// RTP-Info's timestamps are of one instant.
    @Test func rtpInfoIsConsistent() throws {
        let channel = ChannelStage(Self.film)
        _ = channel.seat()
        channel.run(for: .milliseconds(7300))
        let late = channel.seat()
        channel.run(for: .seconds(1))
        let start = try #require(late.lastStart)
        for (index, rate) in [90_000.0, 48_000.0].enumerated() {
            let first = try #require(late.transports[index].sent.first)
            let ticks = Double(
                Int32(bitPattern: first.header.timestamp.rawValue &- start.streams[index].timestamp.rawValue))
            let behind = Double((first.unit.presentationTime - start.position).nanoseconds) / 1e9
            #expect(abs(ticks - behind * rate) <= 1)
        }
    }

    // MARK: The end

    @Test func theEndIsToldToAll() {
        let channel = ChannelStage(FakeTitle.film(seconds: 4))
        let seats = [channel.seat(), channel.seat(interleaved: true)]
        channel.run(for: .seconds(8))
        #expect(channel.events.last == "over")
        for seat in seats {
            #expect(seat.ends.count == 1)
            #expect(seat.ends.first == .some(nil))
            for transport in seat.transports {
                expectWhole(transport.sent, channel.title)
                let goodbyes = transport.control.flatMap(\.packets).count {
                    if case .goodbye = $0 { true } else { false }
                }
                #expect(goodbyes == 1)
                #expect(transport.control.last?.packetsBefore == transport.sent.count)
            }
            #expect(seat.transports[0].sent.count == 4 * (60 + 24 * 25))
        }
        // Again, from the start.
        let again = channel.seat()
        channel.run(for: .seconds(2))
        #expect(again.transports[0].sent.first?.identity == PacketIdentity(unit: 0, packet: 0))
    }

    @Test func aFailureIsToldToAll() {
        let title = FakeTitle.film(seconds: 10, behaviour: FakeCursor.Behaviour(failure: (0, .unreadable("gone"))))
        let channel = ChannelStage(title)
        let seats = [channel.seat(), channel.seat()]
        channel.run(for: .seconds(1))
        for seat in seats {
            guard case .failure(let error)? = seat.starts.last else { return #expect(Bool(false)) }
            #expect(error == .unreadable("gone"))
        }
        #expect(channel.outlet.viewerCount == 0)
    }

    /// 10 simulated minutes of a loop: no gap, no overlap, for one who joined in the middle.
    @Test func aLoopOnAChannel() {
        let title = FakeTitle.film(seconds: 6, keyPackets: 3, packets: 1)
        let channel = ChannelStage(title, isLooped: true)
        let seat = channel.seat()
        channel.run(for: .seconds(601))
        for transport in seat.transports {
            let headers = transport.sent.map(\.header)
            #expect(
                zip(headers, headers.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber.advanced(by: 1) })
            #expect(
                zip(transport.sent, transport.sent.dropFirst()).allSatisfy { $1.unit.decodeTime >= $0.unit.decodeTime })
        }
        #expect(seat.transports[0].sent.count > 16_000)
    }
}
