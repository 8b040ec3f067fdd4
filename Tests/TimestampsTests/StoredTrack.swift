import Foundation
import MediaCore
import MediaFixtures
import Timestamps

/// A track that FFmpeg makes, taken apart into what a demuxer hands over.
struct StoredTrack: Sendable {
    struct Unit: Sendable {
        /// Of the container, ticks.
        var decode: Int64?
        var presentation: Int64?
        var duration: Int64
        var isKey: Bool
        var bytes: [UInt8]
    }

    let units: [Unit]
    let configuration: [UInt8]
    let timeBase: TimeBase

    /// - Parameters:
    ///   - arguments: of `ffmpeg`, up to the output.
    ///   - name: the output's name; its suffix says the container.
    init(_ arguments: [String], name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("timestamps-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent(name).path
        try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + arguments + [path])
        let entries = "packet=pts,dts,duration,size,flags:stream=time_base,extradata"
        let probed = try FFmpeg.run(
            "ffprobe",
            [
                "-v", "error", "-fflags", "nofillin", "-show_packets", "-show_streams", "-show_data", "-show_entries",
                entries, "-of", "json", path,
            ])
        let output = try JSONDecoder().decode(Output.self, from: probed)
        let bytes = [UInt8](
            try FFmpeg.run("ffmpeg", ["-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "data", "-"]))
        var offset = 0
        units = output.packets.map { packet in
            let end = min(bytes.count, offset + (Int(packet.size) ?? 0))
            defer { offset = end }
            return Unit(
                decode: packet.dts, presentation: packet.pts, duration: packet.duration ?? 0,
                isKey: packet.flags.hasPrefix("K"), bytes: Array(bytes[offset..<end]))
        }
        let base = output.streams[0].time_base.split(separator: "/").compactMap { Int32($0) }
        timeBase = TimeBase(base[0], base[1])
        configuration = Self.bytes(ofDump: output.streams[0].extradata ?? "")
    }

    /// `00000000: 0164 0015 ...  .d..`
    private static func bytes(ofDump dump: String) -> [UInt8] {
        dump.split(separator: "\n").flatMap { line -> [UInt8] in
            guard let colon = line.firstIndex(of: ":") else { return [] }
            let digits = line[colon...].dropFirst(2).prefix(39).filter { $0 != " " }
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap { place in
                let start = digits.index(digits.startIndex, offsetBy: place)
                return UInt8(digits[start...].prefix(2), radix: 16)
            }
        }
    }

    private struct Output: Decodable {
        let packets: [Packet]
        let streams: [Stream]
        struct Packet: Decodable {
            let pts: Int64?
            let dts: Int64?
            let duration: Int64?
            let size: String
            let flags: String
        }
        struct Stream: Decodable {
            let time_base: String
            let extradata: String?
        }
    }
}

/// A unit and its bytes, as they are pushed.
typealias PushedUnit = (unit: StoredUnit, bytes: [UInt8])

extension TimestampReconstructor {
    /// Pushes the units and returns what comes out, never held longer than is promised.
    mutating func times(of units: some Sequence<PushedUnit>) -> [TimedUnit] {
        var times: [TimedUnit] = []
        var held = 0
        for (unit, bytes) in units {
            push(unit, bytes: bytes.span.bytes)
            held += 1
            while let next = next() {
                times.append(next)
                held -= 1
            }
            precondition(held < Self.maximumLookAhead)
        }
        finish()
        while let next = next() { times.append(next) }
        return times
    }
}

/// Decode times increase, and none is after its presentation.
func obeysLaws(_ times: [TimedUnit]) -> Bool {
    zip(times, times.dropFirst()).allSatisfy { $0.decodeTime < $1.decodeTime }
        && times.allSatisfy { $0.decodeTime <= $0.presentationTime }
}
