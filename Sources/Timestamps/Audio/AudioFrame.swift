package import MediaCore

/// One frame of an elementary stream of audio, as its header describes it.
package struct AudioFrame: Hashable, Sendable {
    /// Whose headers tell how long each frame is, in bytes and in time.
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// MPEG-1 and MPEG-2 audio, layers 1 to 3.
        case mpegAudio
        /// AAC in ADTS.
        case adts
        /// AC-3 and Enhanced AC-3.
        case ac3
    }

    /// Bytes, header included; positive.
    package let length: Int
    /// Per channel; zero for a frame that sounds at the same time as the one before.
    package let samples: Int
    /// Samples per second, positive.
    package let rate: Int32
    /// Bits per second, if the header states them: frames that all state the same follow each other at just this rate.
    package let bitRate: Int?

    /// Nil if no header is at `offset`, or not all of it, or one that does not tell the length.
    package init?(_ kind: Kind, _ bytes: RawSpan, at offset: Int) {
        switch kind {
        case .mpegAudio:
            guard let header = MPEGAudioFrameHeader(bytes, at: offset), let length = header.length else { return nil }
            (self.length, samples, rate, bitRate) = (length, header.samples, header.rate, header.bitRate)
        case .adts:
            guard let frame = ADTSFrame.frame(bytes, at: offset) else { return nil }
            (length, samples, rate, bitRate) = (frame.length, frame.samples, frame.rate, nil)
        case .ac3:
            guard let frame = AC3Frame.frame(bytes, at: offset) else { return nil }
            (length, samples, rate, bitRate) = (
                frame.length, frame.isAccompanying ? 0 : frame.samples, frame.rate, frame.bitRate
            )
        }
        guard length >= Self.minimumLength else { return nil }
    }

    /// Headers of ADTS have 7 bytes; no other frame is as short.
    private static let minimumLength = 7

    /// Frames of one stream: others are chance.
    package func agrees(with other: AudioFrame) -> Bool { rate == other.rate }

    /// How long it lasts.
    package var duration: MediaTime { MediaTime(ticks: Int64(samples), timeBase: TimeBase(1, rate)) }
}
