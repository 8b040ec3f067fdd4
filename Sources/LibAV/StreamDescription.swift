import CFFmpeg
import Glibc
package import MediaCore

/// What a container says about one of its streams.
package struct StreamDescription: Hashable, Sendable {
    package let index: Int
    /// The container's own number of the stream (a PID, a start code): stays the same where the index depends on what
    /// is read first.
    package let id: Int
    package let codec: CodecDescription
    /// libavcodec's short name of the codec; `unknown` with the container's four characters if it has none.
    package let codecName: String
    /// Nil if the container's is not a positive fraction.
    package let timeBase: TimeBase?
    /// Ticks of the time base; nil if the container states none.
    package let durationTicks: Int64?
    /// Seconds per picture, as the container states or libavformat guesses; nil if neither does.
    package let frameDuration: TimeBase?
    /// As the container writes it; nil for none or "und".
    package let language: String?
    /// As the container writes it; nil for none.
    package let title: String?
    /// A picture, not a film: cover art.
    package let isAttachedPicture: Bool
    /// Pictures of chapters.
    package let isTimedThumbnails: Bool
    /// The samples are scrambled.
    package let isEncrypted: Bool
    /// Counts frames for machines: `tmcd`.
    package let isTimeCode: Bool
    /// The number of the programme that it belongs to, if the file has several: each has a clock of its own.
    package let programme: Int?
}

extension StreamDescription {
    /// The header leaves open what a track must be known by: its first units tell.
    package var isIncomplete: Bool {
        switch codec.kind {
        case .video:
            codec.width == 0 || codec.height == 0 || isUnknown || isBare || codec.picture?.pixels.isEmpty == true
        case .audio: codec.sampleRate == 0 || codec.channels == 0 || isUnknown
        case .subtitle, .data: false
        }
    }

    /// Whether this is the stream of that number, also if its index is another: FLV's streams differ by what they are, and all have number 0.
    /// A transport stream may leave open what a stream is until the first units have been read.
    package func isSame(_ id: Int, _ kind: MediaKind) -> Bool {
        self.id == id && (codec.kind == kind || id != 0 && isUnknown)
    }

    private var isUnknown: Bool { codecName == "none" || codecName.hasPrefix("unknown") }

    /// Of a codec whose decoder configuration is in the stream itself.
    private var isBare: Bool {
        [.h264, .h265, .mpeg4Visual].contains(codec.codec) && codec.configuration.isEmpty
    }

    /// - Parameter statesDuration: the stream's duration is the container's word, or found at the end of the file.
    init(stream: UnsafeMutablePointer<AVStream>, programme: Int?, statesDuration: Bool) {
        self.programme = programme
        let stream = stream.pointee
        let parameters = stream.codecpar.pointee
        let tag = Self.fourCharacters(parameters.codec_tag)
        let base = stream.time_base
        index = Int(stream.index)
        id = Int(stream.id)
        codecName =
            parameters.codec_id == AV_CODEC_ID_NONE
            ? "unknown (\(tag))" : String(cString: avcodec_get_name(parameters.codec_id))
        codec = Self.codec(parameters, name: codecName)
        timeBase = base.num > 0 && base.den > 0 ? TimeBase(base.num, base.den) : nil
        durationTicks =
            stream.duration == sluice_no_timestamp || stream.duration <= 0 || !statesDuration ? nil : stream.duration
        let rate = stream.avg_frame_rate
        frameDuration = rate.num > 0 && rate.den > 0 ? TimeBase(rate.den, rate.num) : nil
        language = Self.language(stream.metadata)
        title = Self.title(stream.metadata)
        isAttachedPicture = stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
        isTimedThumbnails = stream.disposition & AV_DISPOSITION_TIMED_THUMBNAILS != 0
        isTimeCode = tag == "tmcd"
        isEncrypted = Self.encryptedTags.contains(tag) || Self.hasEncryptionData(stream)
    }

    /// Sample entries of protected tracks: ISO/IEC 14496-12 8.12, and QuickTime's older ones.
    private static let encryptedTags: Set = ["encv", "enca", "encs", "enct", "drms", "drmi", "p608"]

    private static func hasEncryptionData(_ stream: AVStream) -> Bool {
        guard stream.nb_side_data > 0, let data = stream.side_data else { return false }
        return UnsafeBufferPointer(start: data, count: Int(stream.nb_side_data)).contains {
            $0.type == AV_PKT_DATA_ENCRYPTION_INIT_INFO || $0.type == AV_PKT_DATA_ENCRYPTION_INFO
        }
    }

    private static func codec(_ parameters: AVCodecParameters, name: String) -> CodecDescription {
        let kind: MediaKind =
            switch parameters.codec_type {
            case AVMEDIA_TYPE_VIDEO: .video
            case AVMEDIA_TYPE_AUDIO: .audio
            case AVMEDIA_TYPE_SUBTITLE: .subtitle
            default: .data
            }
        let configuration = UnsafeBufferPointer(
            start: parameters.extradata, count: Int(max(0, parameters.extradata_size)))
        var codec = CodecDescription(
            codec: Codec(parameters.codec_id, name: name), kind: kind, configuration: Array(configuration),
            width: kind == .video ? Int(parameters.width) : 0, height: kind == .video ? Int(parameters.height) : 0,
            sampleRate: kind == .audio ? Int(parameters.sample_rate) : 0,
            channels: kind == .audio ? Int(parameters.ch_layout.nb_channels) : 0, bitRate: max(0, parameters.bit_rate),
            picture: parameters.codec_id == AV_CODEC_ID_RAWVIDEO ? picture(parameters) : nil)
        codec.blockAlign = Int(max(0, parameters.block_align))
        codec.bitsPerSample = Int(max(0, parameters.bits_per_coded_sample))
        return codec
    }

    private static func picture(_ parameters: AVCodecParameters) -> PictureFormat {
        let matrix: PictureFormat.Matrix? =
            switch parameters.color_space {
            case AVCOL_SPC_BT709: .bt709
            case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: .bt601
            case AVCOL_SPC_SMPTE240M: .smpte240M
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
            default: nil
            }
        let isInterlaced = ![AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE].contains(parameters.field_order)
        return PictureFormat(
            pixels: av_get_pix_fmt_name(AVPixelFormat(rawValue: parameters.format)).map { String(cString: $0) } ?? "",
            tag: parameters.codec_tag == 0 ? "" : fourCharacters(parameters.codec_tag),
            isFullRange: parameters.color_range == AVCOL_RANGE_UNSPECIFIED
                ? nil : parameters.color_range == AVCOL_RANGE_JPEG,
            matrix: matrix, isInterlaced: isInterlaced)
    }

    private static func language(_ metadata: OpaquePointer?) -> String? {
        guard let entry = av_dict_get(metadata, "language", nil, 0) else { return nil }
        let language = String(cString: entry.pointee.value)
        let isTag = !language.isEmpty && language.utf8.allSatisfy { isalnum(Int32($0)) != 0 || $0 == UInt8(ascii: "-") }
        return isTag && language != "und" ? language : nil
    }

    /// Longer ones say no more, and clients bound the SDP that they read.
    private static let maximumTitleLength = 128

    private static func title(_ metadata: OpaquePointer?) -> String? {
        guard let entry = av_dict_get(metadata, "title", nil, 0) else { return nil }
        let title = String(String(cString: entry.pointee.value).prefix(maximumTitleLength))
        return title.allSatisfy(\.isWhitespace) ? nil : title
    }

    /// A container's codec tag, first byte first; what is no letter or digit is escaped.
    private static func fourCharacters(_ tag: UInt32) -> String {
        (0..<4).map { UInt8(truncatingIfNeeded: tag >> ($0 * 8)) }
            .map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "\\x\(String($0, radix: 16))" }.joined()
    }
}
