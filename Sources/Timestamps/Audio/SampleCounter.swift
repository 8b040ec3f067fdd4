package import MediaCore

/// Samples in a unit of audio, from its bytes and the codec's configuration.
package struct SampleCounter: Sendable {
    package struct Count: Hashable, Sendable {
        /// Per channel.
        package var samples: Int
        /// Per second, positive.
        package var rate: Int32
    }

    private enum Method: Sendable {
        case constant(Count)
        /// Bytes per sample of all channels.
        case bytes(Int, rate: Int32)
        case adts
        case mpegAudio
        case ac3
        case opus
        case speech(SpeechFrames)
        case unknown
    }

    private let method: Method
    /// Every second has as many bytes as the container says.
    package let hasStatedByteRate: Bool

    package init(_ codec: CodecDescription) {
        let rate = Int32(clamping: codec.sampleRate)
        switch codec.codec {
        case .aac:
            method = AACFrame(configuration: codec.configuration).map { .constant($0.count) } ?? .adts
        case .mpegAudio: method = .mpegAudio
        case .ac3, .eac3: method = .ac3
        case .opus: method = .opus
        case .pcm(let format) where rate > 0 && codec.channels > 0 && format.bits >= 8:
            method = .bytes(format.bits / 8 * codec.channels, rate: rate)
        case .pcmu where rate > 0 && codec.channels > 0: method = .bytes(codec.channels, rate: rate)
        case .pcma where rate > 0 && codec.channels > 0: method = .bytes(codec.channels, rate: rate)
        default: method = SpeechFrames(codec).map { .speech($0) } ?? .unknown
        }
        let stated = Int64(codec.blockAlign)
        hasStatedByteRate =
            switch method {
            case .bytes(let size, let rate):
                codec.bitRate == 8 * Int64(size) * Int64(rate) || codec.bitRate == 0 && stated == size
            case .speech(let frames):
                if case .constant(let size) = frames.size {
                    Int128(codec.bitRate) * Int128(frames.samples) == 8 * Int128(size) * Int128(frames.rate)
                } else {
                    false
                }
            default: false
            }
    }

    /// Every sample has the same size.
    var countsBytes: Bool { if case .bytes = method { true } else { false } }

    /// Nil if the bytes do not tell.
    package func count(in unit: RawSpan) -> Count? {
        switch method {
        case .constant(let count): count
        case .bytes(let size, let rate): Count(samples: unit.byteCount / size, rate: rate)
        case .adts: ADTSFrame.count(in: unit)
        case .mpegAudio: MPEGAudioFrame.count(in: unit)
        case .ac3: AC3Frame.count(in: unit)
        case .opus: OpusPacket.count(in: unit)
        case .speech(let frames): Self.count(frames, in: unit)
        case .unknown: nil
        }
    }

    /// How long `bytes` last, whole frames counted; nil if frames differ in size.
    package func duration(ofBytes bytes: Int64) -> MediaTime? {
        switch method {
        case .bytes(let size, let rate):
            return MediaTime(ticks: bytes / Int64(size), timeBase: TimeBase(1, rate))
        case .speech(let frames):
            guard case .constant(let size) = frames.size else { return nil }
            let (samples, overflow) = (bytes / Int64(size)).multipliedReportingOverflow(by: Int64(frames.samples))
            return overflow ? nil : MediaTime(ticks: samples, timeBase: TimeBase(1, frames.rate))
        default:
            return nil
        }
    }

    private static func count(_ frames: SpeechFrames, in unit: RawSpan) -> Count? {
        let count = frames.size.count(in: unit)
        return count > 0 ? Count(samples: count * frames.samples, rate: frames.rate) : nil
    }
}
