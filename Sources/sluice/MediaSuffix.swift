import MediaCore

/// Names that promise media: what is called so and cannot be served is a disappointment, anything else lies beside the films.
enum MediaSuffix {
    static func isMedia(_ path: MediaPath) -> Bool {
        let name = path.bytes.split(separator: UInt8(ascii: "/")).last ?? []
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return false }
        return all.contains(String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased())
    }

    private static let all: Set<String> = [
        // Containers
        "3g2", "3gp", "asf", "avi", "divx", "f4v", "flv", "gxf", "ivf", "m1v", "m2t", "m2ts", "m2v", "m4a", "m4b",
        "m4v", "mj2",
        "mka", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "mxf", "nut", "obu", "oga", "ogg", "ogm", "ogv",
        "opus", "qt",
        "ra", "rm", "rmvb", "spx", "ts", "vob", "webm", "wma", "wmv", "wtv",
        // Elementary streams
        "264", "265", "266", "aac", "ac3", "adts", "aif", "aifc", "aiff", "amr", "ape", "au", "avc", "awb", "caf",
        "dts", "dtshd", "dv",
        "eac3", "ec3", "flac", "g722", "gsm", "h261", "h263", "h264", "h265", "h266", "hevc", "jpm", "latm", "loas",
        "mjpeg",
        "g723_1", "g729", "lbc", "av1", "mjpg", "mp1", "mp2", "mp3", "mpa", "mpc", "rf64", "snd", "tta", "vc1", "vvc",
        "w64", "wav", "wv", "y4m",
    ]
}
