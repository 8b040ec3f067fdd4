import CFFmpeg
package import MediaCore

/// How a track is encoded. The same settings give the same decoder configuration every time.
package struct EncoderSettings: Hashable, Sendable {
    package enum Media: Hashable, Sendable {
        /// - Parameter rate: seconds per picture, nominal.
        case video(width: Int, height: Int, rate: TimeBase)
        case audio(sampleRate: Int, channels: Int)
    }

    package let codec: Codec
    package let media: Media
    /// Bits per second: the most that the encoder puts out over a second or two; zero for uncompressed audio.
    package let bitRate: Int
    /// Of H.264: profile_idc that receivers were told; zero for any.
    package let profile: UInt8

    /// The same at another rate of pictures, as far as the codec can say it.
    package func paced(_ duration: MediaTime) -> EncoderSettings {
        guard case .video(let width, let height, _) = media else { return self }
        let rate = Self.rate(duration, codec)
        return EncoderSettings(
            codec: codec, media: .video(width: width, height: height, rate: rate), bitRate: bitRate, profile: profile)
    }

    /// MPEG-1 and MPEG-2 have eight rates (ISO/IEC 13818-2 table 6-4), MPEG-4 counts in ticks of 16 bits a second.
    private static func rate(_ duration: MediaTime, _ codec: Codec) -> TimeBase {
        let ticks = min(max(duration.ticks(at: ClockRate(hertz: 60_000)!), 500), 60_000)
        guard [.mpeg1Video, .mpeg2Video].contains(codec) else { return TimeBase(Int32(ticks), 60_000) }
        let rates: [(Int32, Int32)] = [
            (1001, 24_000), (1, 24), (1, 25), (1001, 30_000), (1, 30), (1, 50), (1001, 60_000), (1, 60),
        ]
        let nearest = rates.map { TimeBase($0.0, $0.1) }.min { one, other in
            Self.distance(one, ticks) < Self.distance(other, ticks)
        }
        return nearest ?? TimeBase(1, 25)
    }

    private static func distance(_ rate: TimeBase, _ ticks: Int64) -> Int64 {
        abs(
            MediaTime(ticks: 1, timeBase: rate).nanoseconds
                - MediaTime(ticks: ticks, timeBase: TimeBase(1, 60_000)).nanoseconds)
    }

    package init(codec: Codec, media: Media, bitRate: Int, profile: UInt8 = 0) {
        self.codec = codec
        self.media = media
        self.bitRate = bitRate
        self.profile = profile
    }

    /// Whether tracks of `codec` can be made at all: there is an encoder that puts out each picture before the next comes in.
    package static func canEncode(_ codec: Codec) -> Bool {
        guard let name = name(of: codec) else { return false }
        return avcodec_find_encoder_by_name(name) != nil
    }

    /// libavcodec's name of the encoder.
    static func name(of codec: Codec) -> String? {
        switch codec {
        case .h264: "libx264"
        case .h265: "libx265"
        case .mpeg4Visual: "mpeg4"
        case .mpeg1Video: "mpeg1video"
        case .mpeg2Video: "mpeg2video"
        case .motionJPEG: "mjpeg"
        case .h263: "h263p"
        case .vp8: "libvpx"
        case .vp9: "libvpx-vp9"
        case .aac: "aac"
        case .mpegAudio: "libmp3lame"
        case .ac3: "ac3"
        case .eac3: "eac3"
        case .opus: "libopus"
        case .pcmu: "pcm_mulaw"
        case .pcma: "pcm_alaw"
        case .pcm(let format): pcmName(format)
        default: nil
        }
    }

    /// What RTP carries: RFC 3551 4.5.11, RFC 3190.
    private static func pcmName(_ format: PCMFormat) -> String? {
        guard format.number == .signed, format.isBigEndian else { return nil }
        return [16: "pcm_s16be", 24: "pcm_s24be"][format.bits]
    }

    /// Samples as the encoder takes them.
    var sampleFormat: AVSampleFormat {
        switch codec {
        case .aac, .mpegAudio, .ac3, .eac3: AV_SAMPLE_FMT_FLTP
        case .opus: AV_SAMPLE_FMT_FLT
        case .pcm(let format) where format.bits > 16: AV_SAMPLE_FMT_S32
        default: AV_SAMPLE_FMT_S16
        }
    }

    /// Motion JPEG has the full range (RFC 2435 3.1.3: as JFIF), all others the studio's.
    var isFullRange: Bool { codec == .motionJPEG }
    var pixelFormat: AVPixelFormat { isFullRange ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P }

    /// The encoder's own options: each picture comes out before the next goes in, nothing refers to a later one, and a picture that is asked
    /// to be a key is one from which decoding can begin.
    var options: [(name: String, value: String)] {
        switch codec {
        case .h264:
            [
                ("preset", "superfast"), ("tune", "zerolatency"), ("forced-idr", "1"), ("crf", "21"),
                ("profile", profileName), ("x264-params", "sliced-threads=0:open-gop=0"),
            ]
        case .h265:
            [
                ("preset", "ultrafast"), ("tune", "zerolatency"), ("forced-idr", "1"), ("crf", "24"),
                ("x265-params", "log-level=none:pools=none:frame-threads=1:open-gop=0:bframes=0"),
            ]
        case .motionJPEG: [("huffman", "default")]
        case .vp8: [("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("auto-alt-ref", "0")]
        case .vp9: [("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("auto-alt-ref", "0")]
        // Each frame stands for itself: the first one of an entry follows another's.
        case .mpegAudio: [("reservoir", "0")]
        case .opus: [("frame_duration", "20")]
        default: []
        }
    }

    private var profileName: String {
        switch profile {
        case 66: "baseline"
        case 77: "main"
        default: "high"
        }
    }
}
