import MediaCore
import RTP
import Testing

@testable import RTSPClient

/// Sessions whose lateness is known, because the test is the server.
@Suite struct SessionLatenessTests {
    private static let audioRate = ClockRate(hertz: 48_000)!
    private static let framePeriod: Int64 = 40

    /// 10 s of audio: units of one packet every 20 ms of decode time, sent `late(index)` microseconds after it.
    private static func audio(late: (Int) -> Int64 = { _ in 0 }) -> SentStream {
        var stream = SentStream(clockRate: audioRate, offset: 123)
        for index in 0..<500 {
            let time = MediaTime.milliseconds(Int64(index) * 20)
            stream.send(presentation: time, departure: time + .microseconds(late(index)), packets: 1)
        }
        stream.finish()
        return stream
    }

    /// 10 s of video I P B B: presentation is decode time plus 40 ms, reordered. Key frames of 60 packets begin 300 ms
    /// early and hold up nothing; `late` microseconds are added to units' departures. `excess` frames are added to the
    /// reordering delay.
    private static func video(
        keyPackets: Int = 60, early: Int64 = 300, excess: Int64 = 0, lost: Set<Int> = [],
        late: (Int) -> Int64 = { _ in 0 }
    ) -> SentStream {
        var stream = SentStream(clockRate: .video)
        for index in 0..<250 {
            // Display positions of I0 P3 B1 B2 P6 B4 B5 ...
            let display = index == 0 ? 0 : index % 3 == 1 ? index + 2 : index - 1
            let decode = MediaTime.milliseconds(Int64(index) * framePeriod)
            let isKey = index % 30 == 1
            guard !lost.contains(index) else {
                stream.lose(packets: 8)
                continue
            }
            let departure = decode + .microseconds(late(index)) - .milliseconds(isKey ? early : 0)
            stream.send(
                presentation: .milliseconds((Int64(display) + 1 + excess) * framePeriod), departure: departure,
                packets: isKey ? keyPackets : 8)
        }
        stream.finish()
        return stream
    }

    private static func lateness(_ stream: SentStream, _ zero: SessionLateness.Zero?) throws -> Distribution {
        let zero = try #require(zero)
        return try #require(Distribution([(stream.meter.differences, -zero.difference)]))
    }

    @Test func anExactServerIsNeverLate() throws {
        let (audio, video) = (Self.audio(), Self.video())
        let session = SessionLateness(
            [video.meter, audio.meter], starts: [video.start, audio.start], wallClock: nil)
        #expect(session.zeros.map { $0?.source } == [.otherStream, .ownUnits])
        let audioLateness = try Self.lateness(audio, session.zeros[1])
        #expect(audioLateness.minimum == 0)
        #expect(audioLateness.maximum == 0)
        let videoLateness = try Self.lateness(video, session.zeros[0])
        #expect(videoLateness.minimum == -300_000)
        #expect((-1...1).contains(videoLateness.p50))
        // Without reordering removed P frames would seem to be 80 ms early and B frames 40 ms late; a zero taken from
        // early key frames would make everything else 300 ms late.
        #expect((-1...1).contains(videoLateness.maximum))
    }

    @Test func knownLatenessIsFound() throws {
        // 4 % of the audio 9 ms late, one video unit 50 ms, all other video 2 ms.
        let audio = Self.audio { $0 % 25 == 24 ? 9_000 : 0 }
        let video = Self.video { $0 == 123 ? 50_000 : 2_000 }
        let session = SessionLateness(
            [audio.meter, video.meter], starts: [audio.start, video.start], wallClock: nil)
        let audioLateness = try Self.lateness(audio, session.zeros[0])
        #expect(audioLateness.p50 == 0)
        #expect(audioLateness.p99 == 9_000)
        let videoLateness = try Self.lateness(video, session.zeros[1])
        #expect((1_999...2_001).contains(videoLateness.p50))
        #expect((49_999...50_001).contains(videoLateness.maximum))
    }

    /// A file that states a larger reordering delay than its frames need: x264 with two B-frames states two frames
    /// where one would do.
    @Test(arguments: [1, 3])
    func framesOfNeedlessDelayAreFound(excess: Int64) throws {
        let audio = Self.audio()
        let video = Self.video(excess: excess) { $0 == 123 ? 30_000 : 1_000 }
        let session = SessionLateness(
            [audio.meter, video.meter], starts: [audio.start, video.start], wallClock: nil)
        let lateness = try Self.lateness(video, session.zeros[1])
        #expect((999...1_001).contains(lateness.p50))
        #expect((29_999...30_001).contains(lateness.maximum))
        #expect((-299_001...(-298_999)).contains(lateness.minimum))
    }

    /// B-frames that did not come make nothing late, neither in a stream that is its own measure nor in another.
    @Test(arguments: [(60, 300), (StreamMeter.smallUnit, 0)])
    func lostUnitsAreNoLateness(keyPackets: Int, early: Int) throws {
        let audio = Self.audio()
        let video = Self.video(keyPackets: keyPackets, early: Int64(early), lost: [90, 150, 152, 204])
        #expect(video.meter.ledger.lost == 32)
        let session = SessionLateness(
            [audio.meter, video.meter], starts: [audio.start, video.start], wallClock: nil)
        let lateness = try Self.lateness(video, session.zeros[1])
        #expect((-1...1).contains(lateness.p50))
        #expect((-1...1).contains(lateness.p99))
    }

    /// Small units only: nothing is early by design, so the stream needs no other.
    @Test func aStreamOfSmallUnitsIsItsOwnMeasure() throws {
        let video = Self.video(keyPackets: StreamMeter.smallUnit, early: 0) { $0 % 50 == 49 ? 4_000 : 0 }
        let session = SessionLateness([video.meter], starts: [nil], wallClock: nil)
        #expect(session.zeros[0]?.source == .ownUnits)
        let lateness = try Self.lateness(video, session.zeros[0])
        #expect(lateness.minimum == 0)
        #expect(lateness.maximum == 4_000)
    }

    /// Large units and no other stream: the sender's report tells, if its clock is ours.
    @Test func theSendersClockMeasuresAStreamAlone() throws {
        var video = Self.video { _ in 3_000 }
        let wallClock: Int64 = 1_700_000_000_000_000_000
        // Delivery time of NPT 40 ms, which is the decode time of the first unit plus the reordering delay.
        let decodeOfStart = SentStream.origin - .milliseconds(6_990)
        video.announce(
            wallClock: wallClock + decodeOfStart.nanoseconds + MediaTime.milliseconds(Self.framePeriod).nanoseconds,
            at: .milliseconds(Self.framePeriod))
        let local = SessionLateness([video.meter], starts: [video.start], wallClock: wallClock)
        #expect(local.zeros[0]?.source == .senderClock)
        #expect((2_998...3_002).contains(try Self.lateness(video, local.zeros[0]).p50))
        // From another host the usual units must do: those of 8 packets, whose last comes 0.7 ms after the first.
        let remote = SessionLateness([video.meter], starts: [video.start], wallClock: nil)
        #expect(remote.zeros[0]?.source == .usualUnits)
        #expect((-701...(-699)).contains(try Self.lateness(video, remote.zeros[0]).p50))
    }

    /// What is late throughout shows against the sender's clock only.
    @Test func constantLatenessIsTheClockOffset() throws {
        var audio = Self.audio { _ in 25_000 }
        let wallClock: Int64 = 1_700_000_000_000_000_000
        audio.announce(wallClock: wallClock + (SentStream.origin - .milliseconds(6_990)).nanoseconds, at: .zero)
        let session = SessionLateness([audio.meter], starts: [audio.start], wallClock: wallClock)
        #expect(try Self.lateness(audio, session.zeros[0]).maximum == 0)
        #expect((24_999...25_001).contains(try #require(session.clockOffset)))
    }

    @Test func aStreamWithoutPacketsHasNoZero() {
        let session = SessionLateness(
            [StreamMeter(clockRate: .video, epoch: .zero)], starts: [nil], wallClock: 0)
        #expect(session.zeros == [nil])
        #expect(session.clockOffset == nil)
    }
}
