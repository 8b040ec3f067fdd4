internal import Delivery
internal import LibAV
internal import MediaCore
internal import RTPPayload

extension EncoderSettings {
    /// What brings a track as the channel's viewers were told.
    /// - Throws: `.unsupported`.
    init(for conversion: TrackConversion) throws(MediaError) {
        let (target, format) = (conversion.target.codec, conversion.format)
        guard let codec = Self.codec(of: target, format), Self.canEncode(codec) else {
            throw .unsupported(
                "\(conversion.reason), and \(target.codec) as \(format.encodingName) is not encoded here")
        }
        switch target.kind {
        case .video:
            guard target.width >= 16, target.height >= 16 else {
                throw .unsupported("\(conversion.reason), and the channel's picture size is not known")
            }
            // 4:2:0 has even sizes.
            let (width, height) = (target.width & ~1, target.height & ~1)
            self.init(
                codec: codec, media: .video(width: width, height: height, rate: TimeBase(1, 25)),
                bitRate: Self.videoBitRate(target.bitRate, width, height), profile: format.h264Profile)
        case .audio:
            let (rate, channels) = Self.samples(codec, target, format)
            guard rate > 0, channels > 0 else {
                throw .unsupported("\(conversion.reason), and the channel's sampling rate is not known")
            }
            self.init(
                codec: codec, media: .audio(sampleRate: rate, channels: channels),
                bitRate: Self.audioBitRate(codec, target.bitRate, channels))
        case .subtitle, .data:
            throw .unsupported("\(conversion.reason), and only pictures and sound are transcoded")
        }
    }

    /// As it travels: uncompressed audio in the network's order of bytes.
    private static func codec(of target: CodecDescription, _ format: PayloadFormat) -> Codec? {
        switch format.encodingName {
        case "L16": .pcm(PCMFormat(.signed, bits: 16, isBigEndian: true))
        case "L24": .pcm(PCMFormat(.signed, bits: 24, isBigEndian: true))
        case "PCMU": .pcmu
        case "PCMA": .pcma
        case "H264", "H265", "MP4V-ES", "MPV", "JPEG", "H263-1998", "VP8", "VP9": target.codec
        case "mpeg4-generic" where target.codec == .aac: .aac
        case "MPA", "ac3", "eac3", "opus": target.codec
        default: nil
        }
    }

    /// Of AAC the core coder's, of the others those of the samples; MPEG audio's RTP clock is not its sampling rate (RFC 2250 2).
    private static func samples(_ codec: Codec, _ target: CodecDescription, _ format: PayloadFormat) -> (Int, Int) {
        switch codec {
        case .mpegAudio: (target.sampleRate, min(target.channels, 2))
        case .opus: (48_000, min(max(target.channels, 1), 2))
        case .eac3: (Int(format.clockRate.hertz), target.channels)
        default: (Int(format.clockRate.hertz), format.channels ?? target.channels)
        }
    }

    /// About the channel's own, of which the container may say nothing, or the truth about a picture that does not move.
    private static func videoBitRate(_ told: Int64, _ width: Int, _ height: Int) -> Int {
        let pixels = width * height
        guard told > 0 else { return max(200_000, pixels * 3) }
        return min(max(Int(clamping: told), 200_000, pixels), maximumVideoBitRate)
    }

    private static let maximumVideoBitRate = 40_000_000

    private static func audioBitRate(_ codec: Codec, _ told: Int64, _ channels: Int) -> Int {
        switch codec {
        // One of those in ETSI TS 102 366 table F.1.
        case .ac3, .eac3: channels > 2 ? 448_000 : channels > 1 ? 192_000 : 96_000
        // ISO/IEC 11172-3 2.4.2.3; the lower rates of 13818-3 have it too.
        case .mpegAudio: channels > 1 ? 128_000 : 64_000
        case .aac, .opus:
            told > 0 ? min(max(Int(clamping: told), 32_000 * channels), 96_000 * channels) : 64_000 * channels
        default: 0
        }
    }
}

extension PayloadFormat {
    /// profile_idc of `profile-level-id` (RFC 6184 8.1); zero if there is none.
    fileprivate var h264Profile: UInt8 {
        guard encodingName == "H264", let value = fmtp.first(where: { $0.name == "profile-level-id" })?.value else {
            return 0
        }
        return UInt8(value.prefix(2), radix: 16) ?? 0
    }
}
