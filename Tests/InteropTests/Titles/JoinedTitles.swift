import Foundation

/// Titles made of several streams: recordings end to end with stamps of their own, and programmes side by side.
extension Titles {
    /// Two recordings in one file, as `cat` joins them: the second's stamps jump back, or far ahead, or its pages are of another serial number.
    /// - Returns: by name, a file of each recording.
    static func joining(_ directory: URL, scratch: URL) async throws -> [String: [URL]] {
        let h264 = x264 + ["-g", "25", "-bf", "2"] + aac + ["-ar", "44100"]
        let mpeg2 = ["-c:v", "mpeg2video", "-g", "15", "-bf", "2", "-c:a", "mp2"]
        let opus = ["-vn", "-c:a", "libopus"]
        let recipes: [(name: String, options: [String], second: [String])] = [
            ("gen-joined-back.ts", h264 + ["-output_ts_offset", "500"], ["-output_ts_offset", "0"]),
            ("gen-joined-ahead.ts", h264, ["-output_ts_offset", "1000"]),
            ("gen-joined.vob", mpeg2 + ["-f", "vob"], []),
            ("gen-chained.opus", opus, []),
            ("gen-joined.mp3", ["-vn", "-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0"], []),
        ]
        var parts: [String: [URL]] = [:]
        for recipe in recipes where isWanted(recipe.name) {
            let files = [0, 1].map { scratch.appending(path: "part-\($0)-\(recipe.name)") }
            for (file, options) in zip(files, [recipe.options, recipe.options + recipe.second]) {
                try await Tool.require(source(seconds: 3, size: "320x240") + options + ["-y", file.path])
            }
            let whole = try files.reduce(Data()) { $0 + (try Data(contentsOf: $1)) }
            try whole.write(to: directory.appending(path: recipe.name))
            parts[recipe.name] = files
        }
        return parts
    }

    /// Two programmes in one transport stream, the second an hour ahead of the first.
    static func twoProgrammes(_ directory: URL) async throws {
        let name = "gen-two-programmes.ts"
        guard isWanted(name) else { return }
        let inputs = source(seconds: 4, size: "320x240")
        let ahead = stride(from: 4, to: inputs.count, by: 4).flatMap {
            ["-itsoffset", "3600"] + inputs[$0..<($0 + 4)].map { $0.replacingOccurrences(of: "440", with: "880") }
        }
        let maps = ["0:v", "1:a", "2:v", "3:a"].flatMap { ["-map", $0] }
        let programmes = ["-program", "title=a:st=0:st=1", "-program", "title=b:st=2:st=3"]
        let codecs = x264 + ["-g", "25", "-bf", "2"] + aac + ["-max_interleave_delta", "0"]
        try await Tool.require(
            inputs + ahead + maps + codecs + programmes + ["-y", directory.appending(path: name).path])
    }
}
