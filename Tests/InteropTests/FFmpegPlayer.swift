import Foundation

/// FFmpeg's command line as a client.
struct FFmpegPlayer: Player {
    let name: String
    let path: String
    /// How this version spells "the time base of the input" for `-enc_time_base`.
    let inputTimeBase: String
    /// The first audio unit's time is a guess too.
    let guessesAudio: Bool
    /// A command that runs it, `ip netns exec NAME`.
    var prefix: [String] = []

    /// Debian's.
    static let system = FFmpegPlayer(name: "FFmpeg 5.1", path: "ffmpeg", inputTimeBase: "-1", guessesAudio: false)

    /// The one that the package `imageio-ffmpeg` brings: much newer.
    static func packaged() async throws -> FFmpegPlayer {
        let code = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
        let path = try await Tool.require([try Place.clientsPython, "-c", code]).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let version = try await Tool.require([path, "-version"]).split(separator: " ").dropFirst(2).first ?? "?"
        return FFmpegPlayer(
            name: "FFmpeg \(version.prefix(while: { $0 != "-" }))", path: path, inputTimeBase: "demux",
            guessesAudio: true)
    }

    /// The same client, run by another command.
    func inside(_ prefix: [String]) -> FFmpegPlayer {
        var copy = self
        copy.prefix = prefix
        return copy
    }

    /// Plays `url` to its end: pictures decoded (those of a damaged recording as they came), audio as it came.
    func play(_ reference: Reference, url: String, transport: Transport, limit: Double, scratch: URL) async throws
        -> Delivery
    {
        let id = UUID().uuidString
        let outputs = ["frames", "audio"].map { scratch.appending(path: "\(id).\($0)").path }
        var command =
            Tool.urgently + prefix + [path, "-nostdin", "-v", "warning", "-rtsp_transport", transport.rawValue]
        // Of a damaged file FFmpeg shows what it makes of it, here and there.
        command += ["-max_error_rate", "1"]
        command += ["-buffer_size", "\(4 << 20)", "-threads", "1", "-copyts", "-i", url]
        if let video = reference.video {
            let decoding = ["-fps_mode", "passthrough", "-enc_time_base", inputTimeBase]
            let coding = video.isDamaged ? ["-c", "copy", "-copyinkf"] : decoding
            command += ["-map", "0:v:0"] + coding + ["-f", "framecrc", "-y", outputs[0]]
        }
        if let audio = reference.audio {
            command +=
                ["-map", "0:a:0"] + ServedCodecs.output(of: audio.coding) + ["-f", "framecrc", "-y", outputs[1]]
        }
        let outcome = try await Tool.run(command, seconds: limit)

        var delivery = Delivery()
        delivery.seconds = outcome.seconds
        if outcome.timedOut {
            delivery.failure = "hung: not at its end after \(Int(limit)) s"
        } else if outcome.status != 0 {
            delivery.failure = "ended with \(outcome.status.map(String.init) ?? "a signal"): \(outcome.lastErrors)"
        } else if outcome.error.contains("missed") {
            delivery.failure = "lost packets: \(outcome.lastErrors)"
        }
        if reference.video != nil { delivery.frames = samples(outputs[0]) }
        if reference.audio != nil { delivery.audio = samples(outputs[1]) }
        if let frame = delivery.frames.first {
            // libavformat's parser cannot place the first unit of an RTP stream (its byte position is -1): the picture's time is a guess.
            delivery.frames[0] = .init(pts: nil, hash: frame.hash)
        }
        let isGuessed = guessesAudio || reference.audio.map { ServedCodecs.parsedAudio.contains($0.codec) } ?? false
        if isGuessed, let unit = delivery.audio.first { delivery.audio[0] = .init(pts: nil, hash: unit.hash) }
        if let picture = delivery.frames.firstIndex(where: { $0.pts != nil }),
            let unit = delivery.audio.firstIndex(where: { $0.pts != nil }),
            let pictureTime = delivery.frames[picture].pts, let unitTime = delivery.audio[unit].pts
        {
            delivery.offsets = [.init(source: name, picture: picture, unit: unit, value: pictureTime - unitTime)]
        }
        return delivery
    }

    /// Without empty units: FFmpeg 5.1 does not hand them on.
    private func samples(_ path: String) -> [Delivery.Sample] {
        ((try? FrameList(contentsOf: path))?.entries ?? []).filter { $0.bytes > 0 }.map {
            .init(pts: $0.pts.isFinite ? $0.pts : nil, hash: $0.hash)
        }
    }
}
