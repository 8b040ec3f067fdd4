import Foundation

/// What a file holds, as FFmpeg reads and decodes it locally: all samples, edit lists only as offsets (`advanced_editlist=0`).
struct Reference: Sendable {
    struct Stream: Sendable {
        /// In decoding order, as the container holds them.
        let units: [FrameList.Entry]
        /// Pictures in presentation order, or units that are not empty if it is damaged; empty for audio.
        let frames: [FrameList.Entry]
        /// Seconds per unit of the file's time stamps.
        let tick: Double
        /// Presentation times of the pictures that decoding can begin with, seconds; empty for audio.
        let keys: [Double]
        let codec: String
        let coding: ServedCodecs.Codec
        /// Indices, of pictures or of audio units, at which another recording begins: stamps there tell nothing.
        var seams: Set<Int> = []
        /// Hashes of the pictures as each of the clients' decoders makes them: of codecs that leave rounding open, FFmpeg 5.1's and later
        /// ones' differ.
        var decodings: [[UInt32]] = []
        /// The recording is broken, and a decoder makes something else of it each time: units tell what a client got, pictures do not.
        var isDamaged = false

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
    /// Several recordings one after the other: a place in it has no time of its own.
    var isJoined: Bool { [video, audio].contains { !($0?.seams.isEmpty ?? true) } }
    /// What makes NPT 0: the earliest presentation time served, seconds on the file's timeline.
    let origin: Double
    /// Seconds from `origin` to the end of the last unit.
    let duration: Double

    /// Whether the client has a depacketizer for every track.
    func isReceived(by client: String) -> Bool {
        ![video, audio].contains { $0?.coding.unreceivedBy.contains(where: client.hasPrefix) ?? false }
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
        let lists = try await Lists(listing, scratch)
        video = try await lists.video(listing, scratch)
        audio = try await lists.audio(listing)
        // Stamps that FFmpeg makes up for units in decoding order are of no use.
        let units = listing.times.pictures == .counted ? [] : self.video?.units ?? []
        let sound = Self.withoutGuess(self.audio?.units ?? [])
        let presented = ((self.video?.frames ?? []) + units + sound).filter { $0.pts.isFinite }
        let origin = presented.map(\.pts).min() ?? 0
        self.origin = origin
        self.duration = (presented.map { $0.pts + $0.duration }.max() ?? 0) - origin
    }
}

extension Reference {
    /// FFmpeg takes the last unit of an MP4 behind an edit list to last as long as a header says the track does.
    private static func withoutGuess(_ units: [FrameList.Entry]) -> [FrameList.Entry] {
        guard let last = units.last, let longest = units.dropLast().map(\.duration).max(), longest > 0 else {
            return units
        }
        return units.dropLast() + [last.moved(to: last.pts, lasting: min(last.duration, longest))]
    }

    /// Recordings with stamps of their own that are joined end to end in one file.
    init(_ parts: [Reference], file: URL, name: String) {
        self.init(
            name: name, path: file.path, video: Stream(parts.compactMap(\.video)),
            audio: Stream(parts.compactMap(\.audio)), origin: parts.first?.origin ?? 0,
            duration: parts.reduce(0) { $0 + $1.duration })
    }

    private init(name: String, path: String, video: Stream?, audio: Stream?, origin: Double, duration: Double) {
        (self.name, self.path, self.video, self.audio) = (name, path, video, audio)
        (self.origin, self.duration) = (origin, duration)
    }
}

extension Reference.Stream {
    fileprivate init?(_ parts: [Reference.Stream]) {
        guard let first = parts.first else { return nil }
        var seams: Set<Int> = []
        var count = 0
        for part in parts.dropLast() {
            count += part.frames.isEmpty ? part.units.count : part.frames.count
            seams.insert(count)
        }
        self.init(
            units: parts.flatMap(\.units), frames: parts.flatMap(\.frames), tick: first.tick, keys: [],
            codec: first.codec, coding: first.coding, seams: seams,
            decodings: first.decodings.indices.map { index in parts.flatMap { $0.decodings[index] } })
    }
}

/// What FFmpeg prints of a file's tracks.
private struct Lists {
    private var frames = FrameList("")
    private var units = FrameList("")
    private var sound = FrameList("")

    init(_ listing: FileStreams, _ scratch: URL) async throws {
        let id = UUID().uuidString
        let outputs = ["frames", "units", "audio"].map { scratch.appending(path: "\(id).\($0)").path }
        var pictures: [String] = []
        if let video = listing.video {
            pictures += ["-map", "0:\(video.index)", "-fps_mode", "passthrough", "-enc_time_base", "-1"]
            pictures += ["-f", "framecrc", outputs[0]]
            pictures += ["-map", "0:\(video.index)", "-c", "copy", "-f", "framecrc", outputs[1]]
        }
        var sound: [String] = []
        if let audio = listing.audio {
            sound += ["-map", "0:\(audio.index)"] + ServedCodecs.output(of: audio.coding)
            if audio.codec == "aac", !listing.isMP4 { sound += ["-bsf:a", "aac_adtstoasc"] }
            sound += ["-f", "framecrc", outputs[2]]
        }
        if ["amr_nb", "amr_wb"].contains(listing.audio?.codec) {
            // FFmpeg 5.1 decodes the first of the frames that a unit has.
            try await Self.list(sound, of: listing, by: FFmpegPlayer.packaged().path)
            sound = []
        }
        if !(pictures + sound).isEmpty { try await Self.list(pictures + sound, of: listing, by: "ffmpeg") }
        if let video = listing.video, video.codec == "theora" {
            // FFmpeg 5.1 leaves out empty units, by which Theora says that the picture before them stays.
            let units = ["-map", "0:\(video.index)", "-c", "copy", "-f", "framecrc", "-y", outputs[1]]
            try await Self.list(units, of: listing, by: FFmpegPlayer.packaged().path)
        }
        if listing.video != nil {
            frames = try FrameList(contentsOf: outputs[0])
            units = try FrameList(contentsOf: outputs[1])
        }
        if listing.audio != nil { self.sound = try FrameList(contentsOf: outputs[2]) }
    }

    private static func list(_ outputs: [String], of listing: FileStreams, by ffmpeg: String) async throws {
        let input =
            ["-nostdin", "-v", "error", "-max_error_rate", "1", "-threads", "1", "-noautorotate"] + listing.inputOptions
        try await Tool.require([ffmpeg] + input + ["-copyts", "-i", listing.path] + outputs, seconds: 240)
    }

    func video(_ listing: FileStreams, _ scratch: URL) async throws -> Reference.Stream? {
        guard let video = listing.video else { return nil }
        // Frames are as FFmpeg 5.1 makes them, which GStreamer uses too.
        var decodings = [frames.entries.map(\.hash)]
        var pictures = frames.entries
        var isDamaged = false
        if !ServedCodecs.exactDecoding.contains(video.codec) {
            let later = try await FFmpegPlayer.packaged().path
            decodings.append(try await Self.hashes(of: video, listing, by: later, scratch))
            if pictures.count < units.entries.count {
                isDamaged = try await Self.hashes(of: video, listing, by: later, scratch) != decodings[1]
            }
        }
        if isDamaged {
            pictures = units.entries.filter { $0.bytes > 0 }
            decodings = [pictures.map(\.hash)]
        }
        let flagged = units.entries.filter(\.isKey).map(\.pts)
        var keys = flagged
        if listing.times.pictures == .counted {
            (pictures, keys) = Self.counted(pictures, try await listing.pictures(of: video), video.frameDuration)
        } else if !(listing.isMP4 && ServedCodecs.exactDecoding.contains(video.codec)) {
            // A container may call every picture a key frame, and AVI has no presentation times.
            keys = try await listing.pictures(of: video).filter(\.isKey).map(\.stamp).filter { key in
                !units.isTimed || flagged.contains { abs($0 - key) < 1e-6 }
            }
        }
        // FFmpeg gives the first picture of such a stream its decode time, and the next ones their presentation times.
        if video.codec == "mpeg1video", listing.isAVI, pictures.count > 1 {
            pictures[0].pts = pictures[1].pts - pictures[0].duration
            keys = [pictures[0].pts] + keys.dropFirst()
        }
        return Reference.Stream(
            units: units.entries, frames: pictures, tick: listing.isAVI ? min(units.tick, 0.0015) : units.tick,
            keys: keys, codec: video.codec, coding: video.coding, decodings: decodings, isDamaged: isDamaged)
    }

    /// The pictures at the times that frames of one duration give them, and the times of the key frames.
    private static func counted(_ frames: [FrameList.Entry], _ pictures: [FileStreams.Picture], _ frame: Double)
        -> ([FrameList.Entry], [Double])
    {
        var time = 0.0
        var keys: [Double] = []
        let counted = zip(frames, pictures).map { entry, picture in
            defer { time += picture.frames * frame }
            if picture.isKey { keys.append(time) }
            return entry.moved(to: time, lasting: picture.frames * frame)
        }
        return (counted, keys)
    }

    func audio(_ listing: FileStreams) async throws -> Reference.Stream? {
        guard let audio = listing.audio else { return nil }
        var entries = sound.entries
        var tick = min(sound.tick, 0.0015)
        switch listing.times.sound {
        case .stored: break
        case .durations: entries = sound.spacedByDurations
        case .counted where audio.coding.comparison != .units: entries = sound.spacedByDurations
        case .counted:
            var samples = try await listing.sampleCounts(of: audio)
            var gap = listing.times.gap
            if audio.codec == "vorbis" {
                // The first block has no samples yet, and moves those behind it all the same.
                if samples.count == entries.count - 1 { samples.insert(Self.firstBlock(entries, audio), at: 0) }
                gap = max(gap, Self.vorbisGap)
            }
            // A decoder may have more to say than units, or less: then the container's word stands, rounded as it is.
            if samples.count == entries.count, audio.sampleRate > 0 {
                entries = sound.spaced(bySamples: samples, rate: audio.sampleRate, gap: gap)
                tick = max(1.0 / 90_000, 1.0 / Double(audio.sampleRate))
            } else {
                tick = max(tick, listing.times.rounding)
            }
        }
        return Reference.Stream(
            units: entries, frames: [], tick: tick, keys: [], codec: audio.codec, coding: audio.coding)
    }

    /// Seconds: where Vorbis changes its block size at the end of a page or cluster, FFmpeg's stamp of the next unit is off by up to a quarter
    /// of the difference between the sizes, 448 samples as encoders choose them.
    private static let vorbisGap = 0.0115

    /// Half of the block, a power of two, that fits the distance of the first two stamps best.
    private static func firstBlock(_ entries: [FrameList.Entry], _ audio: FileStreams.Stream) -> Int {
        guard entries.count > 1 else { return 0 }
        let distance = (entries[1].pts - entries[0].pts) * Double(audio.sampleRate)
        return (5...12).map { 1 << $0 }.min { abs(Double($0) - distance) < abs(Double($1) - distance) } ?? 0
    }

    private static func hashes(
        of video: FileStreams.Stream, _ listing: FileStreams, by ffmpeg: String, _ scratch: URL
    ) async throws -> [UInt32] {
        let output = scratch.appending(path: UUID().uuidString).path
        let input =
            ["-nostdin", "-v", "error", "-max_error_rate", "1", "-threads", "1", "-noautorotate"] + listing.inputOptions
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
