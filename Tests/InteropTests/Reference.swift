import Foundation

/// What a file holds, as FFmpeg reads and decodes it locally: all samples, edit lists only as offsets (`advanced_editlist=0`).
struct Reference: Sendable {
    struct Stream: Sendable {
        /// In decoding order, as the container holds them.
        let units: [FrameList.Entry]
        /// Pictures in presentation order; empty for audio.
        let frames: [FrameList.Entry]
        /// Seconds per unit of the file's time stamps.
        let tick: Double
    }

    let name: String
    let path: String
    let video: Stream?
    let audio: Stream?
    /// What makes NPT 0: the earliest presentation time served, seconds on the file's timeline.
    let origin: Double
    /// Seconds from `origin` to the end of the last unit.
    let duration: Double

    /// Bytes of the largest access unit.
    var largestUnit: Int { ((video?.units ?? []) + (audio?.units ?? [])).map(\.bytes).max() ?? 0 }
    /// Bits per second, all tracks.
    var bitRate: Double {
        Double(((video?.units ?? []) + (audio?.units ?? [])).reduce(0) { $0 + $1.bytes }) * 8 / max(duration, 0.001)
    }
    /// Presentation of a picture less that of an audio unit, seconds.
    func offset(picture: Int, unit: Int) -> Double? {
        guard let frames = video?.frames, frames.indices.contains(picture), let units = audio?.units,
            units.indices.contains(unit)
        else { return nil }
        return frames[picture].pts - units[unit].pts
    }

    /// nil if the file has no H.264 or AAC track with samples that can be had (some are encrypted).
    init?(file: URL, name: String, scratch: URL) async throws {
        guard let streams = try await Self.streams(of: file.path), !streams.isEmpty else { return nil }
        let video = streams.first { $0.codec == "h264" }
        let audio = streams.first { $0.codec == "aac" }
        let id = UUID().uuidString
        let outputs = ["frames", "units", "audio"].map { scratch.appending(path: "\(id).\($0)").path }
        var command = [
            "ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-noautorotate", "-advanced_editlist", "0", "-copyts",
            "-i", file.path,
        ]
        if let video {
            command += [
                "-map", "0:\(video.index)", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framecrc",
                outputs[0],
            ]
            command += ["-map", "0:\(video.index)", "-c", "copy", "-f", "framecrc", outputs[1]]
        }
        if let audio { command += ["-map", "0:\(audio.index)", "-c", "copy", "-f", "framecrc", outputs[2]] }
        try await Tool.require(command, seconds: 240)

        self.name = name
        self.path = file.path
        self.video =
            video == nil
            ? nil
            : try {
                let units = try FrameList(contentsOf: outputs[1])
                return Stream(
                    units: units.entries, frames: try FrameList(contentsOf: outputs[0]).entries, tick: units.tick)
            }()
        self.audio =
            audio == nil
            ? nil
            : try {
                let units = try FrameList(contentsOf: outputs[2])
                return Stream(units: units.entries, frames: [], tick: units.tick)
            }()
        let units = (self.video?.units ?? []) + (self.audio?.units ?? [])
        let origin = units.map(\.pts).min() ?? 0
        self.origin = origin
        self.duration = (units.map { $0.pts + $0.duration }.max() ?? 0) - origin
    }

    private struct Listing: Decodable {
        struct Stream: Decodable {
            let index: Int
            let codec_name: String?
            let nb_read_packets: String?
        }
        let streams: [Stream]
    }

    /// The first packet of a file.
    private struct FirstPacket: Decodable {
        struct Packet: Decodable {
            struct SideData: Decodable {
                let side_data_type: String?
            }
            let stream_index: Int
            let side_data_list: [SideData]?
        }
        let packets: [Packet]
    }

    /// The file's H.264 and AAC streams that have samples and are not encrypted. nil if it is no MP4 or MOV.
    private static func streams(of path: String) async throws -> [(index: Int, codec: String)]? {
        let probe = ["ffprobe", "-v", "error", "-advanced_editlist", "0", "-of", "json"]
        let entries = "stream=index,codec_name,nb_read_packets:format=format_name"
        let text = try await Tool.run(probe + ["-count_packets", "-show_entries", entries, path]).output
        guard text.contains("mov,mp4"), let listing = try? JSONDecoder().decode(Listing.self, from: Data(text.utf8))
        else { return nil }
        let found = listing.streams.compactMap { stream -> (index: Int, codec: String)? in
            guard let codec = stream.codec_name, codec == "h264" || codec == "aac",
                Int(stream.nb_read_packets ?? "0") ?? 0 > 0
            else { return nil }
            return (stream.index, codec)
        }
        var clear: [(index: Int, codec: String)] = []
        for stream in found {
            // FFmpeg 5.1 calls an encrypted track by its codec; only the packets tell.
            let selection = ["-select_streams", "\(stream.index)", "-read_intervals", "%+#1", "-show_packets"]
            let first = try await Tool.run(probe + selection + [path]).output
            let packets = (try? JSONDecoder().decode(FirstPacket.self, from: Data(first.utf8)))?.packets ?? []
            let sideData = packets.flatMap { $0.side_data_list ?? [] }.compactMap(\.side_data_type)
            if !sideData.contains(where: { $0.hasPrefix("Encryption") }) { clear.append(stream) }
        }
        return clear
    }
}

extension FrameList {
    init(contentsOf path: String) throws {
        self.init(try String(contentsOf: URL(filePath: path), encoding: .utf8))
    }
}
