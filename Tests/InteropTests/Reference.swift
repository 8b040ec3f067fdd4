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
        /// Presentation times of the pictures that decoding can begin with, seconds; empty for audio.
        let keys: [Double]
        let codec: String
        let coding: ServedCodecs.Codec
        /// Hashes of the pictures as each of the clients' decoders makes them: of codecs that leave rounding open, FFmpeg 5.1's and later
        /// ones' differ.
        var decodings: [[UInt32]] = []

        /// Seconds; containers may leave durations out.
        var longestUnit: Double {
            let times = units.map(\.pts)
            return (units.map(\.duration) + zip(times, times.dropFirst()).map { $1 - $0 }).max() ?? 0
        }
    }

    let name: String
    let path: String
    let video: Stream?
    let audio: Stream?
    /// What makes NPT 0: the earliest presentation time served, seconds on the file's timeline.
    let origin: Double
    /// Seconds from `origin` to the end of the last unit.
    let duration: Double

    /// Whether the client has a depacketizer for every track.
    func isReceived(by client: String) -> Bool {
        [video, audio].allSatisfy { $0?.coding.unreceivedBy.contains(client) != true }
    }
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

    /// nil if the file has no track of a served codec with samples that can be had (some are encrypted).
    init?(file: URL, name: String, scratch: URL) async throws {
        guard let listing = try await FileStreams(of: file.path) else { return nil }
        self.name = name
        self.path = file.path
        let input =
            ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-noautorotate"] + listing.inputOptions + [
                "-copyts", "-i", file.path,
            ]
        var command = input
        let id = UUID().uuidString
        let outputs = ["frames", "units", "audio"].map { scratch.appending(path: "\(id).\($0)").path }
        if let video = listing.video {
            command += ["-map", "0:\(video.index)", "-fps_mode", "passthrough", "-enc_time_base", "-1"]
            command += ["-f", "framecrc", outputs[0]]
            command += ["-map", "0:\(video.index)", "-c", "copy", "-f", "framecrc", outputs[1]]
        }
        // Frames are as FFmpeg 5.1 makes them, which GStreamer uses too.
        var decodings: [[UInt32]] = []
        if let video = listing.video, !ServedCodecs.exactDecoding.contains(video.codec) {
            decodings.append(try await Self.hashes(of: video, listing, by: FFmpegPlayer.packaged().path, scratch))
        }
        if let audio = listing.audio {
            command += ["-map", "0:\(audio.index)"] + ServedCodecs.output(of: audio.coding)
            if audio.codec == "aac", !listing.isMP4 { command += ["-bsf:a", "aac_adtstoasc"] }
            command += ["-f", "framecrc", outputs[2]]
        }
        try await Tool.require(command, seconds: 240)

        if let video = listing.video {
            let units = try FrameList(contentsOf: outputs[1])
            let frames = try FrameList(contentsOf: outputs[0])
            // AVI has no presentation times: then the decoder's are asked for.
            let flagged = units.entries.filter(\.isKey).map(\.pts)
            var keys = flagged
            if !(listing.isMP4 && ServedCodecs.exactDecoding.contains(video.codec)) {
                // A container may call every picture a key frame, and AVI has no presentation times.
                keys = try await listing.keyPictures(of: video).filter { key in
                    !units.isTimed || flagged.contains { abs($0 - key) < 1e-6 }
                }
            }
            var pictures = frames.entries
            // FFmpeg gives the first picture of such a stream its decode time, and the next ones their presentation times.
            if video.codec == "mpeg1video", listing.isAVI, pictures.count > 1 {
                pictures[0].pts = pictures[1].pts - pictures[0].duration
                keys = [pictures[0].pts] + keys.dropFirst()
            }
            self.video = Stream(
                units: units.entries, frames: pictures, tick: listing.isAVI ? min(units.tick, 0.0015) : units.tick,
                keys: keys,
                codec: video.codec, coding: video.coding, decodings: [frames.entries.map(\.hash)] + decodings)
        } else {
            self.video = nil
        }
        if let audio = listing.audio {
            let units = try FrameList(contentsOf: outputs[2])
            self.audio = Stream(
                units: listing.isAVI ? units.spacedByDurations : units.entries, frames: [],
                tick: min(units.tick, 0.0015),
                keys: [], codec: audio.codec, coding: audio.coding)
        } else {
            self.audio = nil
        }
        let presented =
            (self.video?.frames ?? []).filter { $0.pts.isFinite } + (self.video?.units ?? []).filter { $0.pts.isFinite }
            + (self.audio?.units ?? [])
        let origin = presented.map(\.pts).min() ?? 0
        self.origin = origin
        self.duration = (presented.map { $0.pts + $0.duration }.max() ?? 0) - origin
    }
}

extension Reference {
    private static func hashes(
        of video: FileStreams.Stream, _ listing: FileStreams, by ffmpeg: String, _ scratch: URL
    ) async throws -> [UInt32] {
        let output = scratch.appending(path: UUID().uuidString).path
        let input = ["-nostdin", "-v", "error", "-threads", "1", "-noautorotate"] + listing.inputOptions
        let selection = ["-copyts", "-i", listing.path, "-map", "0:\(video.index)", "-fps_mode", "passthrough"]
        try await Tool.require([ffmpeg] + input + selection + ["-f", "framecrc", output], seconds: 240)
        return try FrameList(contentsOf: output).entries.map(\.hash)
    }
}

extension FrameList {
    init(contentsOf path: String) throws {
        self.init(try String(contentsOf: URL(filePath: path), encoding: .utf8))
    }
}
