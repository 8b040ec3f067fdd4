/// Titles in containers other than MP4, MOV and AVI.
extension Titles {
    static let containerRecipes: [Recipe] =
        matroska + transportStreams + programStreams + flash + others + elementaryVideo + elementaryAudio

    private static let bframes = x264 + ["-g", "25", "-bf", "2"]
    private static let aac44 = aac + ["-ar", "44100"]
    private static let mp3 = ["-c:a", "libmp3lame", "-b:a", "96k", "-ar", "44100"]
    private static let ac3 = ["-c:a", "ac3", "-b:a", "128k", "-ar", "44100"]
    private static let mp2 = ["-c:a", "mp2", "-b:a", "96k"]
    private static let opus = ["-c:a", "libopus", "-b:a", "48k"]
    private static let pcm = ["-c:a", "pcm_s16le"]
    private static let mpeg2 = ["-c:v", "mpeg2video", "-g", "15", "-bf", "2", "-q:v", "5"]
    private static let mpeg1 = ["-c:v", "mpeg1video", "-g", "15", "-bf", "2", "-q:v", "5"]

    private static let matroska: [Recipe] = [
        ("gen-h264-bframes-aac.mkv", 5, bframes + aac44),
        ("gen-hevc-opus.mkv", 4, x265 + opus),
        ("gen-mpeg4-bframes-mp3.mkv", 4, mpeg4 + ["-bf", "2"] + mp3),
        ("gen-mpeg2-bframes-ac3.mkv", 4, mpeg2 + ac3),
        ("gen-mjpeg-pcm.mkv", 3, mjpeg + ["-pix_fmt", "yuvj420p"] + pcm),
        // As a browser's recorder writes it.
        ("gen-live-no-duration-no-cues.mkv", 4, bframes + opus + ["-live", "1"]),
        ("gen-first-at-10s.mkv", 3, bframes + aac + ["-output_ts_offset", "10"]),
        ("gen-audio-only.mka", 4, ["-vn"] + ac3),
        ("gen-29.97.mkv", 4, ["-r", "30000/1001"] + bframes + mp3),
    ]

    private static let transportStreams: [Recipe] = [
        ("gen-h264-bframes-aac.ts", 5, bframes + aac44),
        ("gen-h264-ac3.m2ts", 4, bframes + ac3),
        ("gen-hevc-mp3.ts", 4, x265 + mp3),
        ("gen-mpeg2-bframes-mp2.ts", 4, mpeg2 + mp2),
        ("gen-mpeg4-aac.ts", 3, mpeg4 + aac),
        // Stamps have 33 bits: they wrap after 95443.7 s, and PCR 1.4 s later here.
        ("gen-stamps-wrap.ts", 5, bframes + aac44 + ["-output_ts_offset", "95440"]),
        ("gen-audio-only.ts", 4, ["-vn"] + aac44),
    ]

    private static let programStreams: [Recipe] = [
        ("gen-mpeg2-bframes-ac3.vob", 4, mpeg2 + ac3 + ["-ar", "48000", "-f", "vob"]),
        ("gen-mpeg2-interlaced-mp2.mpg", 4, mpeg2 + ["-flags", "+ildct+ilme"] + mp2 + ["-f", "dvd"]),
        ("gen-mpeg1-system.mpg", 4, mpeg1 + mp2 + ["-ar", "44100", "-f", "mpeg"]),
        ("gen-stamps-wrap.vob", 4, mpeg2 + mp2 + ["-output_ts_offset", "95441", "-f", "vob"]),
    ]

    private static let flash: [Recipe] = [
        ("gen-h264-bframes-aac.flv", 5, bframes + aac44),
        ("gen-h264-mp3-no-duration.flv", 4, bframes + mp3 + ["-flvflags", "no_duration_filesize+no_metadata"]),
        ("gen-audio-only.flv", 4, ["-vn"] + mp3),
    ]

    private static let others: [Recipe] = [
        ("gen-h264-bframes-aac.nut", 4, bframes + aac44),
        ("gen-mpeg4-mp3.nut", 4, mpeg4 + mp3),
        ("gen-mpeg2-bframes-pcm.mxf", 4, mpeg2 + pcm),
        ("gen-mpeg4-mp3.asf", 4, mpeg4 + mp3),
        ("gen-h264-ac3.asf", 4, x264 + ["-g", "25", "-bf", "0"] + ac3),
        ("gen-ac3.rm", 4, ["-c:v", "rv10"] + ac3),
        ("gen-opus.opus", 4, ["-vn"] + opus),
        ("gen-opus-opus.ogg", 4, ["-vn", "-map", "1:a", "-map", "1:a", "-filter:a:1", "volume=0.5"] + opus),
        ("gen-pcm24.w64", 3, ["-vn", "-c:a", "pcm_s24le"]),
        ("gen-rf64.wav", 3, ["-vn", "-rf64", "always"] + pcm),
        ("gen-mp3.wav", 3, ["-vn"] + mp3),
        ("gen-pcm16.caf", 3, ["-vn", "-c:a", "pcm_s16be"]),
        ("gen-mulaw-stereo.aifc", 3, ["-vn", "-c:a", "pcm_mulaw", "-ac", "2", "-f", "aiff"]),
    ]

    private static let elementaryVideo: [Recipe] = [
        ("gen-bframes.h264", 4, ["-an"] + bframes),
        ("gen-30-per-second.h264", 4, ["-an", "-r", "30"] + bframes),
        ("gen-bframes.h265", 4, ["-an"] + x265),
        ("gen-bframes.m4v", 4, ["-an"] + mpeg4 + ["-bf", "2"]),
        ("gen-bframes.m2v", 4, ["-an"] + mpeg2),
        ("gen-mpeg1-29.97.m1v", 4, ["-an", "-r", "30000/1001"] + mpeg1),
        ("gen-pictures.mjpeg", 3, ["-an"] + mjpeg + ["-pix_fmt", "yuvj420p"]),
        ("gen-cif.h263", 3, ["-an", "-vf", "scale=352:288", "-c:v", "h263"]),
    ]

    private static let elementaryAudio: [Recipe] = [
        ("gen-adts.aac", 4, ["-vn"] + aac44),
        ("gen-vbr-xing.mp3", 4, ["-vn", "-c:a", "libmp3lame", "-q:a", "4"]),
        (
            "gen-vbr-no-header.mp3", 4,
            ["-vn", "-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0", "-id3v2_version", "0"]
        ),
        ("gen-layer2.mp2", 4, ["-vn"] + mp2),
        ("gen-44k.ac3", 4, ["-vn"] + ac3),
    ]
}
