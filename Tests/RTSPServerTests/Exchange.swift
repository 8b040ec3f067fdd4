import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPServer
import TestSupport

/// What the tests' clients do again and again.
extension RawConnection {
    /// Sets both tracks (or `tracks`) up over UDP.
    func setupDatagram(_ uri: String, _ receivers: [DatagramReceiver], headers: [String] = []) throws -> [TransportSpec]
    {
        try receivers.enumerated().map { track, receiver in
            let reply = try request(
                "SETUP", "\(uri)/trackID=\(track)", ["Transport: RTP/AVP;unicast;\(receiver.clientPort)"] + headers)
            return try Self.transport(reply)
        }
    }

    /// Sets tracks up on this connection, track `i` on ids `2i` and `2i + 1`.
    func setupInterleaved(_ uri: String, tracks: Int = 2) throws -> [TransportSpec] {
        try (0..<tracks).map { track in
            let reply = try request(
                "SETUP", "\(uri)/trackID=\(track)",
                ["Transport: RTP/AVP/TCP;unicast;interleaved=\(2 * track)-\(2 * track + 1)"])
            return try Self.transport(reply)
        }
    }

    /// The one transport of a successful reply.
    private static func transport(_ reply: Response) throws -> TransportSpec {
        guard reply.status == .ok, let header = try reply.headers.typed(TransportHeader.self), header.specs.count == 1
        else {
            throw UnexpectedReply(reply: reply)
        }
        return header.specs[0]
    }

    /// PLAY, and what its RTP-Info says of each stream.
    func play(_ uri: String, _ range: String? = "npt=0-") throws -> [RTPInfoHeader.Stream] {
        let reply = try request("PLAY", uri, range.map { ["Range: \($0)"] } ?? [])
        guard reply.status == .ok, let info = try reply.headers.typed(RTPInfoHeader.self) else {
            throw UnexpectedReply(reply: reply)
        }
        return info.streams
    }

    /// Interleaved RTCP of one id.
    func control(_ id: UInt8) throws -> [RTCPPacket] {
        try frames.filter { $0.id == id }.flatMap { try $0.packets }
    }

    func send(frame payload: [UInt8], id: UInt8) throws {
        try send([UInt8(ascii: "$"), id, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload)
    }
}

struct UnexpectedReply: Error {
    let reply: Response
}

extension RTCPPacket {
    var isGoodbye: Bool { if case .goodbye = self { true } else { false } }
    var senderReport: SenderReport? { if case .senderReport(let report) = self { report } else { nil } }
}

/// A receiver report about one stream.
func receiverReport(of ssrc: UInt32?) -> [UInt8] {
    let blocks = ssrc.map {
        [
            ReceptionReport(
                ssrc: SSRC($0), fractionLost: 0, cumulativeLost: 0, extendedHighestSequenceNumber: 0, jitter: 0,
                lastSenderReport: 0, delaySinceLastSenderReport: 0)
        ]
    }
    return CompoundPacket([.receiverReport(ReceiverReport(ssrc: SSRC(0xCAFE), reports: blocks ?? []))]).serialize()
}

/// Whether sequence numbers follow each other without a gap.
func areConsecutive(_ headers: [RTPHeader]) -> Bool {
    zip(headers, headers.dropFirst()).allSatisfy { $1.sequenceNumber == $0.sequenceNumber.advanced(by: 1) }
}
