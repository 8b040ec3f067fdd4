import CSocket
import MediaCore
import RTP
import Testing

@testable import RTSPClient

@Suite struct StreamReceiverTests {
    private static let stream = Presentation.Stream(
        controlURL: "rtsp://host/film/trackID=0", media: "video", payloadType: 96, encodingName: "H264",
        clockRate: .video)

    private static func metered() -> StreamReceiver {
        StreamReceiver(stream, sink: .meter(StreamMeter(clockRate: .video, epoch: .zero)))
    }

    private static func receive(
        _ receiver: StreamReceiver, _ bytes: [UInt8], held: Int? = nil, segment: Int = 0, stamp: Int64 = 0
    ) -> Arrived {
        bytes.withUnsafeBufferPointer { buffer in
            let message = csocket_received(
                bytes: buffer.baseAddress, held: UInt32(held ?? bytes.count), length: UInt32(bytes.count),
                segment: UInt32(segment), stamp: stamp)
            return withUnsafePointer(to: message) {
                receiver.receiveMedia(
                    UnsafeBufferPointer(start: $0, count: 1), at: .milliseconds(9), wallClockOrigin: 1_000_000_000)
            }
        }
    }

    /// What the kernel joined is taken apart again; the last piece may be shorter.
    @Test func takesJoinedDatagramsApart() {
        let receiver = Self.metered()
        var bytes: [UInt8] = []
        for number in UInt16(5)..<9 { bytes += FilmScript.packet(track: 0, number: number) }
        bytes += FilmScript.packet(track: 0, number: 10).dropLast(5)
        #expect(Self.receive(receiver, bytes, segment: 20) == Arrived(packets: 5, bytes: 95))
        #expect(receiver.meter?.packets == 5)
        #expect(receiver.meter?.ledger.lost == 1)
    }

    /// A datagram came when the kernel received it, by the wall clock; a clock that was set back meanwhile is not believed.
    @Test(arguments: [(0, 9), (1_003_000_000, 3), (1_012_000_000, 9)] as [(Int64, Int64)])
    func theKernelKnowsWhen(_ stamp: Int64, _ milliseconds: Int64) {
        let receiver = Self.metered()
        _ = Self.receive(receiver, FilmScript.packet(track: 0, number: 5), stamp: stamp)
        #expect(receiver.meter?.lastArrival == .milliseconds(milliseconds))
    }

    /// Of a datagram whose beginning was kept, all bytes count.
    @Test func theBeginningIsEnough() {
        let receiver = Self.metered()
        let packet = FilmScript.packet(track: 0, number: 5) + [UInt8](repeating: 0, count: 1000)
        #expect(Self.receive(receiver, packet, held: 128) == Arrived(packets: 1, bytes: 1020))
        #expect(receiver.meter?.bytes == 1020)
    }

    @Test func whatIsNoPacketOfTheStreamIsIgnored() throws {
        let receiver = Self.metered()
        receiver.expect(FilmScript.ssrc(0))
        #expect(Self.receive(receiver, FilmScript.packet(track: 1, number: 5)) == Arrived())
        #expect(Self.receive(receiver, Array(FilmScript.packet(track: 0, number: 5).prefix(11))) == Arrived())
        #expect(Self.receive(receiver, [UInt8](repeating: 0, count: 40)) == Arrived())
        #expect(Self.receive(receiver, []) == Arrived())
        #expect(receiver.lastArrival == nil)
        #expect(receiver.report(cname: try #require(CNAME("a@b")), now: .zero) == nil)
    }

    /// Joined bytes that end inside a header lose that packet only.
    @Test func aCutPacketAmongJoinedOnesIsIgnored() {
        let receiver = Self.metered()
        let bytes = FilmScript.packet(track: 0, number: 1) + [0x80, 96, 0, 2]
        #expect(Self.receive(receiver, bytes, segment: 20) == Arrived(packets: 1, bytes: 20))
    }

    @Test func aGoodbyeOfThisSourceEnds() {
        let receiver = Self.metered()
        receiver.expect(FilmScript.ssrc(0))
        receiver.receiveControl(FilmScript.goodbye(track: 1).span.bytes, at: .zero)
        #expect(!receiver.hasEnded)
        receiver.receiveControl(FilmScript.goodbye(track: 0).span.bytes, at: .zero)
        #expect(receiver.hasEnded)
        #expect(receiver.meter?.sentPackets == 3)
        receiver.restart()
        #expect(!receiver.hasEnded)
    }
}
