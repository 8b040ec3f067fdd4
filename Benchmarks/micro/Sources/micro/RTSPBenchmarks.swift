import Foundation
import RTSP

/// Bytes of a connection to requests, on what clients sent to this server (Tests/RTSPServerTests/Fixtures).
enum RTSPBenchmarks {
    static let all = [connections, requests, headers, receiverReports]

    /// A whole conversation arrives at once.
    private static let connections = Benchmark("rtsp/recorded connections, all at once", per: "request") {
        let recordings = try Self.recordings()
        let bytes = recordings.reduce(0) { $0 + $1.count }
        let count = try recordings.reduce(0) { try $0 + requestPieces($1).count }
        return {
            try Sample.of(repetitions * count, bytes: repetitions * bytes) {
                for _ in 0..<repetitions {
                    for recording in recordings {
                        var parser = MessageParser()
                        parser.append(recording.span.bytes)
                        while let message = try parser.next(frame: { _, _ in }) { keep(message) }
                    }
                }
            }
        }
    }

    /// A client waits for each reply before it sends the next request.
    private static let requests = Benchmark("rtsp/recorded connections, a request at a time", per: "request") {
        let conversations = try Self.recordings().map(requestPieces)
        let count = conversations.reduce(0) { $0 + $1.count }
        let bytes = conversations.joined().reduce(0) { $0 + $1.count }
        return {
            try Sample.of(repetitions * count, bytes: repetitions * bytes) {
                for _ in 0..<repetitions {
                    for conversation in conversations {
                        var parser = MessageParser()
                        for piece in conversation {
                            parser.append(piece.span.bytes)
                            while let message = try parser.next(frame: { _, _ in }) { keep(message) }
                        }
                    }
                }
            }
        }
    }

    /// What is costly of SETUP.
    private static let headers = Benchmark("rtsp/Transport header", per: "header") {
        let values = [
            "RTP/AVP/UDP;unicast;client_port=29484-29485", "RTP/AVP/TCP;unicast;interleaved=0-1",
            "RTP/AVP;unicast;client_port=57830-57831",
        ]
        return {
            try Sample.of(repetitions * values.count) {
                for _ in 0..<repetitions {
                    for value in values { keep(try TransportHeader(parsing: value)) }
                }
            }
        }
    }

    /// Interleaved RTCP, the most frequent of what a viewer over TCP sends.
    private static let receiverReports = Benchmark("rtsp/interleaved receiver report", per: "frame") {
        let report: [UInt8] = [0x24, 0x01, 0x00, 0x34, 0x81, 0xC9, 0x00, 0x07] + [UInt8](repeating: 0x5A, count: 48)
        var parser = MessageParser()
        let count = 1_000
        return {
            try Sample.of(count, bytes: count * report.count) {
                for _ in 0..<count {
                    parser.append(report.span.bytes)
                    while let message = try parser.next(frame: { _, payload in keep(payload.byteCount) }) {
                        keep(message)
                    }
                }
            }
        }
    }

    private static let repetitions = 20

    /// By name, so that another recording changes no threshold.
    private static let clients = [
        "aiortsp", "curl", "ffmpeg-fallback", "ffmpeg-seek", "ffmpeg-tcp", "ffmpeg-udp", "gstreamer-tcp",
        "gstreamer-udp",
        "mpv-seek", "mpv-udp",
    ]

    private static func recordings() throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../../Tests/RTSPServerTests/Fixtures").standardizedFileURL
        return try clients.map { [UInt8](try Data(contentsOf: folder.appendingPathComponent("\($0).rtsp"))) }
    }

    /// A recording cut after each request; frames go before the request that follows them, and what follows the last one is left out.
    private static func requestPieces(_ recording: [UInt8]) throws -> [[UInt8]] {
        var parser = MessageParser()
        var pieces: [[UInt8]] = []
        var start = 0
        for index in recording.indices {
            parser.append([recording[index]])
            guard try parser.next(frame: { _, _ in }) != nil else { continue }
            pieces.append(Array(recording[start...index]))
            start = index + 1
        }
        return pieces
    }
}
