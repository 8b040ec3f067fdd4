package import Foundation
import Synchronization

/// Media made by `ffmpeg`, once per process, in a directory of its own that goes when the process ends.
package enum Fixture: String, CaseIterable, Sendable {
    /// H.264 with B-frames, a key frame every 2 s, and AAC; 10 s; the movie box at the end.
    case plain, fastStart
    /// In fragments: with an index at the end (mfra), without any, with one `sidx` for all, with a `sidx` each.
    case fragmented, fragmentedNoIndex, fragmentedGlobalIndex, fragmentedIndexEach
    /// The video begins 1.5 s after the audio; the other way round.
    case videoLate, audioLate
    /// The first timestamp is 10 s.
    case startsAtTen
    /// One track ends long before the other.
    case audioShort, videoShort
    case audioOnly, videoOnly
    /// One key frame; nothing but key frames; open groups of pictures.
    case oneKeyFrame, intraOnly, openGOP
    /// Composition offsets below zero; no edit list; an edit that begins in the middle of the media.
    case negativeOffsets, noEditList, cut
    /// Tracks that are not offered: time code, cover art, a codec without a payload format.
    case timeCode, coverArt, otherCodec
    case twoVideos

    package var path: String {
        get throws {
            try Self.made.withLock { made in
                if let path = made[self] { return path }
                let path = Self.directory.appendingPathComponent("\(rawValue).\(suffix)").path
                try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + arguments(made) + [path])
                made[self] = path
                return path
            }
        }
    }

    private static let made = Mutex<[Fixture: String]>([:])

    /// Where fixtures lie; other temporary files of tests may go there too.
    package static let directory: URL = {
        let name = "sluice-media-\(ProcessInfo.processInfo.processIdentifier)"
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: Fixture.directory) }
        return directory
    }()

    private var suffix: String {
        switch self {
        case .timeCode: "mov"
        case .audioOnly, .coverArt: "m4a"
        default: "mp4"
        }
    }

    private static func video(_ seconds: Int) -> [String] {
        ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=\(seconds)"]
    }
    private static func audio(_ seconds: Int) -> [String] { ["-f", "lavfi", "-i", "sine=440:r=44100:d=\(seconds)"] }
    private static let h264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "2", "-pix_fmt", "yuv420p"]
    private static let aac = ["-c:a", "aac", "-b:a", "48k"]
    private static let both = video(10) + audio(10) + h264 + aac

    private func arguments(_ made: [Fixture: String]) throws -> [String] {
        switch self {
        case .plain: Self.both
        case .fastStart: Self.both + ["-movflags", "faststart"]
        case .fragmented: Self.both + ["-movflags", "frag_keyframe+empty_moov"]
        case .fragmentedNoIndex: Self.both + ["-movflags", "frag_keyframe+empty_moov+skip_trailer"]
        case .fragmentedGlobalIndex:
            Self.both + ["-g", "25", "-movflags", "frag_keyframe+empty_moov+default_base_moof+global_sidx"]
        case .fragmentedIndexEach: Self.both + ["-movflags", "frag_keyframe+empty_moov+dash"]
        case .videoLate:
            ["-i", try Self.source(made), "-itsoffset", "1.5", "-i", try Self.source(made)] + [
                "-map", "1:v", "-map", "0:a", "-c", "copy",
            ]
        case .audioLate:
            ["-i", try Self.source(made), "-itsoffset", "1.5", "-i", try Self.source(made)] + [
                "-map", "0:v", "-map", "1:a", "-c", "copy",
            ]
        case .startsAtTen: Self.both + ["-output_ts_offset", "10"]
        case .audioShort: Self.video(10) + Self.audio(2) + Self.h264 + Self.aac
        case .videoShort: Self.video(2) + Self.audio(10) + Self.h264 + Self.aac
        case .audioOnly: Self.audio(5) + Self.aac
        case .videoOnly: Self.video(5) + Self.h264
        case .oneKeyFrame: Self.both + ["-g", "9999", "-x264-params", "scenecut=0"]
        case .intraOnly: Self.both + ["-g", "1"]
        case .openGOP: Self.both + ["-x264-params", "open-gop=1:bframes=3:b-pyramid=normal:keyint=30:scenecut=0"]
        case .negativeOffsets: Self.both + ["-movflags", "negative_cts_offsets"]
        case .noEditList: Self.both + ["-use_editlist", "0"]
        case .cut: ["-ss", "3.1", "-i", try Self.source(made)] + ["-c", "copy"]
        case .timeCode: Self.both + ["-timecode", "01:00:00:00"]
        case .coverArt:
            Self.audio(3) + ["-f", "lavfi", "-i", "color=red:s=64x64:d=1"]
                + ["-map", "0", "-map", "1", "-frames:v", "1", "-c:v", "mjpeg", "-disposition:v:0", "attached_pic"]
                + Self.aac
        case .otherCodec: Self.video(3) + Self.audio(3) + ["-c:v", "png"] + Self.aac
        case .twoVideos:
            Self.video(6) + ["-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=6"] + ["-map", "0", "-map", "1"] + Self.h264
                + ["-g:v:1", "35"]
        }
    }

    /// A file to cut from; made here because `made` is locked.
    private static func source(_ made: [Fixture: String]) throws -> String {
        if let path = made[.plain] { return path }
        let path = directory.appendingPathComponent("source.mp4").path
        try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + both + [path])
        return path
    }
}
