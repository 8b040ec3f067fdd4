import Delivery
import Foundation
import MediaCore
import MediaFixtures
import RTPPayload
import Testing

@testable import Library

/// Files made by `ffmpeg`, and titles that are transcoded to what another one's viewers were told.
struct TranscodingStage {
    let folder: URL
    let inline = ComputePool { $0() }

    init() throws {
        folder = Fixture.directory.appendingPathComponent("transcoding-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    @discardableResult
    func make(_ name: String, _ arguments: [String]) throws -> String {
        try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + arguments + [path(name)])
        return path(name)
    }

    static func video(_ size: String, rate: Int = 25, seconds: Double) -> [String] {
        ["-f", "lavfi", "-i", "testsrc2=s=\(size):r=\(rate):d=\(seconds)"]
    }
    /// A tone that begins anew, louder, at each second.
    static func audio(_ hertz: Int, seconds: Double, rate: Int = 48_000, channels: Int = 2) -> [String] {
        let tone = "\"0.4*sin(2*PI*\(hertz)*t*(1+mod(t\\,1)))*(1-0.8*mod(t\\,1))\"".replacingOccurrences(
            of: "\"", with: "")
        let all = Array(repeating: tone, count: channels).joined(separator: "|")
        return ["-f", "lavfi", "-i", "aevalsrc=\(all):s=\(rate):d=\(seconds)"]
    }

    /// H.264 1280x720 and AAC-LC, stereo, 48 kHz.
    func channel() throws -> FileTitle {
        try openTitle(
            make(
                "channel.mp4",
                Self.video("1280x720", seconds: 1) + Self.audio(440, seconds: 1) + [
                    "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k",
                ]))
    }

    /// What of `entry` does not fit `channel`.
    func conversions(_ entry: any MediaTitle, _ channel: any MediaTitle) -> [TrackConversion] {
        entry.tracks.compactMap { track in
            let target = channel.tracks.first { $0.codec.kind == track.codec.kind }
            guard let target else { return nil }
            let format = channel.formats[target.id]
            return entry.formats[track.id].refusal(toFollow: format).map {
                TrackConversion(track: track.id, target: target, format: format, reason: $0)
            }
        }
    }

    func transcoded(_ entry: FileTitle, to channel: any MediaTitle) throws -> TranscodedTitle {
        try TranscodedTitle(entry, conversions(entry, channel), inline)
    }

    /// Annex B.
    func write(h264 units: [ReceivedUnit], to name: String) throws -> String {
        var bytes: [UInt8] = []
        for unit in units { for nal in Depacketizing.nalUnits(unit.payloads) { bytes += [0, 0, 0, 1] + nal } }
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// ADTS of AAC-LC, 48 kHz, stereo.
    func write(aac units: [ReceivedUnit], to name: String) throws -> String {
        var bytes: [UInt8] = []
        for unit in units {
            let payload = Depacketizing.aac(unit.payloads)
            let size = payload.count + 7
            bytes += [
                0xFF, 0xF1, 0x4C, 0x80 | UInt8(size >> 11), UInt8(truncatingIfNeeded: size >> 3),
                UInt8(truncatingIfNeeded: size << 5) | 0x1F, 0xFC,
            ]
            bytes += payload
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// Luma of all pictures.
    func pictures(_ path: String, filter: String = "null") throws -> [UInt8] {
        Array(
            try FFmpeg.run(
                "ffmpeg",
                [
                    "-v", "error", "-xerror", "-i", path, "-vf", "\(filter),format=gray", "-fps_mode", "passthrough",
                    "-f", "rawvideo", "-",
                ]))
    }

    /// Of the first channel at 48 kHz.
    func samples(_ path: String, filter: String = "anull") throws -> [Int16] {
        let data = try FFmpeg.run(
            "ffmpeg", ["-v", "error", "-i", path, "-af", filter, "-ar", "48000", "-f", "s16le", "-"])
        let all = data.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        return stride(from: 0, to: all.count, by: 2).map { all[$0] }
    }
}

extension MediaTitle {
    func wholeCursor() -> any MediaCursor {
        makeCursor(
            CursorOptions(
                tracks: tracks.map {
                    CursorTrack(
                        track: $0.id, layout: PacketLayout(prefix: 0, maximumPacketSize: 1_372),
                        payloadType: UInt8(96 + $0.id))
                }))
    }
}

/// Of two pictures of 8 bits, in dB.
func signalToNoise(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Double {
    guard one.count == other.count, !one.isEmpty else { return 0 }
    let sum = zip(one, other).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    return 10 * log10(255 * 255 * Double(one.count) / max(1, Double(sum)))
}

/// From -1 to 1.
func correlation(_ one: some Collection<Int16>, _ other: some Collection<Int16>) -> Double {
    var (product, left, right) = (0.0, 0.0, 0.0)
    for (a, b) in zip(one, other) {
        product += Double(a) * Double(b)
        left += Double(a) * Double(a)
        right += Double(b) * Double(b)
    }
    return left > 0 && right > 0 ? product / (left * right).squareRoot() : 0
}
