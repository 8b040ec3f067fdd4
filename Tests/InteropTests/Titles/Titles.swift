import Foundation

/// The files that the tests play: those of the corpus, and those that FFmpeg makes here.
enum Titles {
    typealias Recipe = (name: String, seconds: Int, options: [String])

    /// All files of the corpus but the list of them, by name.
    static func corpus() throws -> [URL] {
        try files(in: Place.corpus).filter { $0.pathExtension != "tsv" }
    }

    /// In a container that every client plays over both transports, each time. Of the others each has one client, by turns.
    static func isEstablished(_ reference: Reference) -> Bool {
        let suffix = URL(filePath: reference.name).pathExtension
        return ["mp4", "mov", "m4a", "m4v", "3gp", "avi"].contains(suffix.lowercased())
    }

    static func files(in directory: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// Writes titles that the corpus lacks to `directory`: each name says what is special.
    /// - Returns: by the names of titles that are recordings joined end to end, files that hold one recording each.
    static func generate(in directory: URL, scratch: URL) async throws -> [String: [URL]] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let all = recipes.map { ($0, "640x360") } + containerRecipes.map { ($0, "320x240") }
            let wanted = all.filter { recipe, _ in isWanted(recipe.name) }
            for (index, (recipe, size)) in wanted.enumerated() {
                if index >= 2 { try await group.next() }
                let path = directory.appending(path: recipe.name).path
                let command = source(seconds: recipe.seconds, size: size) + recipe.options + ["-y", path]
                group.addTask { try await Tool.require(command, seconds: 120) }
            }
            try await group.waitForAll()
        }
        try await changingParameterSets(directory, scratch: scratch)
        try await lacing(directory, scratch: scratch)
        try await twoProgrammes(directory)
        return try await joining(directory, scratch: scratch)
    }

    static func isWanted(_ name: String) -> Bool { Place.only.map { $0.contains(where: name.contains) } ?? true }

    /// A title of about 4 Mbit/s with audio.
    static func busy(_ file: URL, seconds: Int) async throws {
        let rate = [
            "-g", "50", "-b:v", "4M", "-minrate", "4M", "-maxrate", "4M", "-bufsize", "4M", "-x264-params",
            "nal-hrd=cbr",
        ]
        try await Tool.require(source(seconds: seconds) + x264 + rate + aac + ["-y", file.path])
    }

    /// A moving picture with a clock and a tone that beeps, so that no two frames or audio units are alike.
    static func source(seconds: Int, size: String = "640x360") -> [String] {
        [
            "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
            "testsrc2=size=\(size):rate=25:duration=\(seconds)", "-f", "lavfi",
            "-i",
            "sine=frequency=440:beep_factor=4:sample_rate=48000:duration=\(seconds),aeval=val(0)*(0.5+0.4*sin(t*7)):c=same",
        ]
    }

    /// Why a title is played and not sought in; nil if it is sought in.
    static func playedOnly(_ reference: Reference) -> String? {
        if reference.isJoined {
            return "several recordings in one file: which of them a place belongs to cannot be told"
        }
        if reference.video?.isDamaged == true {
            return "its pictures are damaged, and PyAV ends at the first that FFmpeg does not decode"
        }
        return unsought[reference.name]
    }

    private static let unsought = [
        "gen-intra-refresh.mp4":
            "pictures at its key frames are whole only once the refresh is through (recovery points with a count): the server does not "
            + "take them for places to begin, and the reference does",
        "ts-aac-latm.ts": "units of 46 ms, compared in blocks of 23",
    ]

    static let x264 = ["-c:v", "libx264", "-preset", "superfast", "-threads", "1", "-pix_fmt", "yuv420p"]
    static let aac = ["-c:a", "aac", "-b:a", "96k"]

    private static let recipes: [Recipe] = [
        ("gen-bframes-faststart.mp4", 8, x264 + ["-g", "25", "-bf", "3"] + aac + ["-movflags", "+faststart"]),
        ("gen-moov-at-end.mov", 6, x264 + ["-g", "50", "-bf", "2"] + aac),
        (
            "gen-fragmented-empty-moov.mp4", 6,
            x264 + ["-g", "25", "-bf", "2"] + aac + ["-movflags", "+frag_keyframe+empty_moov"]
        ),
        (
            "gen-fragmented-sidx.mp4", 6,
            x264 + ["-g", "25", "-bf", "2"] + aac + [
                "-movflags", "+frag_keyframe+empty_moov+default_base_moof+global_sidx",
            ]
        ),
        (
            "gen-negative-offsets.mp4", 6,
            x264 + ["-g", "25", "-bf", "3"] + aac + ["-movflags", "+negative_cts_offsets", "-use_editlist", "0"]
        ),
        (
            "gen-first-at-10s.mp4", 4,
            x264 + ["-g", "25", "-bf", "2"] + aac + [
                "-output_ts_offset", "10", "-movflags", "+frag_keyframe+empty_moov",
            ]
        ),
        (
            "gen-open-gop.mp4", 8,
            x264 + ["-x264-params", "keyint=24:min-keyint=24:open-gop=1:bframes=3:b-adapt=0:scenecut=0"] + aac
        ),
        ("gen-intra-refresh.mp4", 6, x264 + ["-x264-params", "intra-refresh=1:keyint=30:bframes=0"] + aac),
        ("gen-interlaced-slices.mp4", 5, x264 + ["-g", "25", "-x264-params", "tff=1:slices=4:bframes=2"] + aac),
        (
            "gen-12mbit-720p.mp4", 4,
            ["-vf", "scale=1280:720,noise=alls=20:allf=t"] + x264 + [
                "-g", "50", "-b:v", "12M", "-maxrate", "12M", "-bufsize", "12M",
            ] + aac
        ),
        ("gen-all-intra.mov", 5, x264 + ["-g", "1"] + aac),
        ("gen-audio-longer.mp4", 3, x264 + ["-g", "25"] + aac + ["-af", "apad=pad_dur=3"]),
        ("gen-video-longer.mp4", 6, x264 + ["-g", "25", "-bf", "2"] + aac + ["-af", "atrim=end=2"]),
        ("gen-audio-late.mov", 6, x264 + ["-g", "25", "-bf", "2"] + aac + ["-af", "asetpts=PTS+0.7/TB"]),
        (
            "gen-variable-rate.mp4", 6,
            ["-vf", "select='not(mod(n,3)*mod(n,5))'"] + x264 + ["-g", "12", "-bf", "2", "-vsync", "vfr"] + aac
        ),
        (
            "gen-high-422-96k.mp4", 4,
            ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv422p"] + aac + ["-ar", "96000"]
        ),
        ("gen-51-surround.mp4", 4, x264 + ["-g", "25"] + ["-c:a", "aac", "-ac", "6"]),
        ("gen-video-only.mp4", 4, ["-an"] + x264 + ["-g", "25", "-bf", "2"]),
        ("gen-audio-only.m4a", 4, ["-vn"] + aac),
        ("gen näme with #1 & 100%?.mp4", 3, x264 + ["-g", "25"] + aac),
        ("gen-mpeg4-bframes-ac3.avi", 6, mpeg4 + ["-bf", "2"] + ["-c:a", "ac3", "-ac", "6", "-b:a", "384k"]),
        ("gen-h264-bframes-mp3.avi", 6, x264 + ["-g", "25", "-bf", "3", "-c:a", "libmp3lame", "-b:a", "128k"]),
        ("gen-mpeg4-vbr-mp3.avi", 5, mpeg4 + ["-c:a", "libmp3lame", "-q:a", "4"]),
        ("gen-mjpeg-pcm16.avi", 4, mjpeg + ["-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le", "-ac", "2"]),
        ("gen-mjpeg-pcm24.mov", 4, mjpeg + ["-pix_fmt", "yuvj420p", "-c:a", "pcm_s24le"]),
        ("gen-mpeg2-bframes-mp2.avi", 5, ["-c:v", "mpeg2video", "-g", "15", "-bf", "2", "-c:a", "mp2"]),
        (
            "gen-mpeg2-interlaced-ac3.mov", 4,
            ["-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-g", "12", "-c:a", "ac3"]
        ),
        ("gen-mpeg1-pcm8.avi", 4, ["-c:v", "mpeg1video", "-g", "15", "-bf", "2", "-c:a", "pcm_u8", "-ar", "8000"]),
        ("gen-h263-mulaw.avi", 4, ["-vf", "scale=352:288", "-c:v", "h263"] + telephone("pcm_mulaw")),
        ("gen-h261-mulaw.avi", 4, ["-vf", "scale=352:288", "-c:v", "h261"] + telephone("pcm_mulaw")),
        ("gen-mpeg4-gsm.mov", 4, mpeg4 + telephone("libgsm")),
        ("gen-mpeg4-gsm-ms.avi", 4, mpeg4 + telephone("libgsm_ms")),
        ("gen-mpeg4-g7231.avi", 4, mpeg4 + telephone("g723_1") + ["-b:a", "6300"]),
        ("gen-mpeg4-alaw.mov", 4, mpeg4 + telephone("pcm_alaw")),
        ("gen-hevc-bframes-opus.mp4", 5, x265 + ["-c:a", "libopus", "-b:a", "64k"]),
        ("gen-hevc-float.mov", 4, x265 + ["-c:a", "pcm_f32le"]),
    ]

    static let mpeg4 = ["-c:v", "mpeg4", "-g", "25", "-q:v", "5"]
    static let mjpeg = ["-c:v", "mjpeg", "-q:v", "6", "-huffman", "default"]
    static let x265 = [
        "-c:v", "libx265", "-preset", "superfast", "-pix_fmt", "yuv420p", "-x265-params",
        "log-level=none:keyint=25:bframes=3:pools=1",
    ]

    static func telephone(_ codec: String) -> [String] { ["-c:a", codec, "-ar", "8000", "-ac", "1"] }

    /// Two encodings with different parameter sets, one after the other in one track, the sets in band (`avc3`-like).
    private static func changingParameterSets(_ directory: URL, scratch: URL) async throws {
        guard isWanted("gen-changing-parameter-sets.mp4") else { return }
        let parts = ["a", "b"].map { scratch.appending(path: "part-\($0).264").path }
        let settings = ["bframes=0:ref=1:cabac=0:keyint=25", "bframes=0:ref=3:cabac=1:8x8dct=1:keyint=25"]
        for (part, setting) in zip(parts, settings) {
            try await Tool.require(
                source(seconds: 3) + ["-an"] + x264 + ["-x264-params", setting, "-f", "h264", "-y", part])
        }
        let joined = scratch.appending(path: "joined.264")
        try (try Data(contentsOf: URL(filePath: parts[0])) + Data(contentsOf: URL(filePath: parts[1]))).write(
            to: joined)
        try await Tool.require([
            "ffmpeg", "-nostdin", "-v", "error", "-r", "25", "-f", "h264", "-i", joined.path, "-c", "copy", "-y",
            directory.appending(path: "gen-changing-parameter-sets.mp4").path,
        ])
    }
}
