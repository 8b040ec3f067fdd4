package import MediaCore

/// Samples in a unit of audio, from its bytes and the codec's configuration.
package struct SampleCounter: Sendable {
    package struct Count: Hashable, Sendable {
        /// Per channel.
        package var samples: Int
        /// Per second, positive.
        package var rate: Int32
        /// Units begin at multiples of this, counted from the track's first unit.
        package var grid: Int
        /// False where only the unit before would tell, and that is not known.
        package var isCertain: Bool

        /// Samples by which a container's stamp of the unit may be late, because its muxer or demuxer took the unit before for another kind.
        package var stampLag: Int

        /// - Parameter grid: nil if all units of the track have as many samples as this one.
        package init(samples: Int, rate: Int32, grid: Int? = nil, isCertain: Bool = true, stampLag: Int = 0) {
            (self.samples, self.rate, self.grid) = (samples, rate, grid ?? samples)
            (self.isCertain, self.stampLag) = (isCertain, stampLag)
        }
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
        case vorbis(VorbisBlocks)
        /// As the last configuration in the stream says.
        case latm(Count?)
        case unknown
    }

    private var method: Method
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
        case .latm: method = .latm(nil)
        case .vorbis: method = VorbisBlocks(configuration: codec.configuration).map { .vorbis($0) } ?? .unknown
        case .speex:
            let header = SpeexHeader(codec.configuration)
            method =
                header.map { .constant(Count(samples: $0.samplesPerPacket, rate: Int32(clamping: $0.rate))) }
                ?? .unknown
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

    /// Of the unit that follows the last one. Nil if the bytes do not tell.
    package mutating func count(in unit: RawSpan) -> Count? {
        switch method {
        case .constant(let count): return count
        case .bytes(let size, let rate): return Count(samples: unit.byteCount / size, rate: rate)
        case .adts: return ADTSFrame.count(in: unit)
        case .mpegAudio: return MPEGAudioFrame.count(in: unit)
        case .ac3: return AC3Frame.count(in: unit)
        case .opus: return OpusPacket.count(in: unit)
        case .vorbis(var blocks):
            defer { method = .vorbis(blocks) }
            return blocks.count(in: unit)
        case .latm(let last):
            let found = (try? LATMElement(unit))?.configuration
            let count = found.map { Count(samples: $0.samples, rate: $0.rate) } ?? last
            method = .latm(count)
            return count
        case .speech(let frames): return Self.count(frames, in: unit)
        case .unknown: return nil
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

    /// The next unit does not follow the last one.
    package mutating func reset() {
        guard case .vorbis(var blocks) = method else { return }
        blocks.reset()
        method = .vorbis(blocks)
    }
}
