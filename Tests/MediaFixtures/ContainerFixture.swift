import Foundation
import Synchronization

/// Media in containers other than MP4, made by `ffmpeg`, once per process: 10 s of a picture of 160x120 at 25 per second
/// with a key frame every 2 s, and of a tone.
package enum ContainerFixture: String, CaseIterable, Sendable {
    /// MPEG-4 Part 2 with B-frames and AC-3; H.264 with B-frames and MP3; Motion JPEG and PCM; two audio tracks.
    case aviMPEG4, aviH264, aviJPEG, aviTwoAudio
    /// H.264 with B-frames and AC-3; MPEG-4 Part 2 and Opus.
    case matroska, matroskaMPEG4
    /// H.264 with B-frames and AAC; MPEG-2 video and MPEG audio.
    case transportStream, transportStreamMPEG2
    case programStream
    case flv
    /// H.264 with B-frames and AAC; MPEG-2 video and PCM; MPEG-4 Part 2 and MP3; Opus.
    case nut, mxf, asf, opus
    case h264, h265, mpegVideo, adts, mp3, ac3
    case wav, aiff, au, caf, wave64
    /// AV1.
    case obu
    /// One track each.
    case ivfVP8, ivfVP9, ivfAV1
    /// VP9 with hidden frames in superframes, and Opus.
    case webm
    /// Uncompressed pictures; Motion JPEG 2000.
    case yuv4MPEG, jpeg2000

    package var path: String {
        get throws {
            try Self.made.withLock { made in
                if let path = made[self] { return path }
                let path = Fixture.directory.appendingPathComponent("\(rawValue).\(suffix)").path
                try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + arguments + [path])
                made[self] = path
                return path
            }
        }
    }

    private static let made = Mutex<[ContainerFixture: String]>([:])

    private var suffix: String {
        switch self {
        case .aviMPEG4, .aviH264, .aviJPEG, .aviTwoAudio: "avi"
        case .matroska, .matroskaMPEG4: "mkv"
        case .transportStream, .transportStreamMPEG2: "ts"
        case .programStream: "mpg"
        case .h265: "hevc"
        case .mpegVideo: "m2v"
        case .adts: "aac"
        case .wave64: "w64"
        case .ivfVP8, .ivfVP9, .ivfAV1: "ivf"
        case .webm: "webm"
        case .flv, .nut, .mxf, .asf, .opus, .h264, .mp3, .ac3, .wav, .aiff, .au, .caf, .obu: rawValue
        case .yuv4MPEG: "y4m"
        case .jpeg2000: "mov"
        }
    }

    private static let picture = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=10"]
    private static let tone = ["-f", "lavfi", "-i", "sine=440:r=44100:d=10"]
    private static let both = picture + tone
    private static let avc = [
        "-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "2", "-pix_fmt", "yuv420p",
    ]
    private static let mpeg4 = ["-c:v", "mpeg4", "-g", "50", "-bf", "2", "-b:v", "300k"]
    private static let mpeg2 = ["-c:v", "mpeg2video", "-g", "50", "-bf", "2", "-b:v", "400k"]

    private static let vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "50", "-b:v", "300k"]
    private static let vp9 = ["-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "8", "-g", "50", "-b:v", "300k"]
    private static let av1 = ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-g", "50", "-b:v", "300k"]

    private var arguments: [String] {
        switch self {
        case .aviMPEG4: Self.both + Self.mpeg4 + ["-c:a", "ac3"]
        case .aviH264: Self.both + Self.avc + ["-c:a", "libmp3lame"]
        case .aviJPEG:
            Self.both + ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-huffman", "default", "-c:a", "pcm_s16le"]
        case .aviTwoAudio:
            Self.both + ["-f", "lavfi", "-i", "sine=880:r=48000:d=10", "-map", "0", "-map", "1", "-map", "2"]
                + Self.mpeg4 + ["-c:a:0", "ac3", "-c:a:1", "libmp3lame"]
        case .matroska: Self.both + Self.avc + ["-c:a", "ac3"]
        case .matroskaMPEG4: Self.both + Self.mpeg4 + ["-c:a", "libopus", "-ar", "48000"]
        case .transportStream: Self.both + Self.avc + ["-c:a", "aac"]
        case .transportStreamMPEG2, .programStream: Self.both + Self.mpeg2 + ["-c:a", "mp2"]
        case .flv, .nut: Self.both + Self.avc + ["-c:a", "aac"]
        case .mxf: Self.both + Self.mpeg2 + ["-c:a", "pcm_s16le", "-ar", "48000"]
        case .asf: Self.both + ["-c:v", "mpeg4", "-g", "50", "-b:v", "300k", "-c:a", "libmp3lame"]
        case .opus: Self.tone + ["-c:a", "libopus"]
        case .h264: Self.picture + Self.avc
        case .h265:
            Self.picture + ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=50:log-level=none"]
        case .mpegVideo: Self.picture + Self.mpeg2
        case .adts: Self.tone + ["-c:a", "aac"]
        case .mp3: Self.tone + ["-c:a", "libmp3lame"]
        case .ac3: Self.tone + ["-c:a", "ac3"]
        case .wav, .wave64: Self.tone + ["-c:a", "pcm_s16le"]
        case .aiff, .au, .caf: Self.tone + ["-c:a", "pcm_s16be"]
        case .obu, .ivfAV1: Self.picture + Self.av1
        case .ivfVP8: Self.picture + Self.vp8
        case .ivfVP9: Self.picture + Self.vp9
        case .webm:
            Self.both + Self.vp9 + ["-auto-alt-ref", "1", "-lag-in-frames", "16", "-c:a", "libopus", "-ar", "48000"]
        case .yuv4MPEG: Self.picture + ["-pix_fmt", "yuv420p"]
        case .jpeg2000: Self.picture + ["-pix_fmt", "yuv420p", "-c:v", "jpeg2000"]
        }
    }

    /// Positions by which every sample can be reached.
    package var isLinear: Bool {
        switch self {
        case .wav, .wave64, .aiff, .au, .caf: true
        default: false
        }
    }
}
