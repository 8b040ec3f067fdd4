package import MediaCore

/// What a container's stamps of one track are worth. Made by the reader from the demuxer; what is learned about the
/// track while it is read is added (`TimestampReconstructor.rules`), so that a cursor which begins in the middle of the
/// file gives the same times.
package struct TimestampRules: Hashable, Sendable {
    package enum Stamps: Hashable, Sendable {
        /// Decode and presentation times, as meant: MP4, MOV, FLV. Passed through without look-ahead.
        case exact
        /// Presentation times rounded to ticks, no decode times: Matroska, WebM.
        case presentation
        /// Decode times that count units or bytes, no presentation times: AVI, WAV, and Matroska's `V_MS/VFW/FOURCC`.
        case decode
        /// Both, on the first unit that begins in a container's packet: MPEG-TS, MPEG-PS, Ogg pages.
        case sparse
        /// Nothing: elementary streams.
        case none
    }

    package var stamps: Stamps
    /// Audio times follow the codec's sample counts, stamps are only watched for gaps.
    package var countsSamples: Bool
    /// Audio whose samples are counted: a stamp that lies far behind the count tells of a gap. False where stamps drift.
    package var stampsTellGaps = true
    /// Stamps are counted modulo two to this power: 33 in MPEG-TS and MPEG-PS (ISO/IEC 13818-1 2.4.3.7).
    package var wrapBits: Int?
    /// Seconds per video frame as the container guesses; the codec's own headers go before it where there are no
    /// stamps at all.
    package var frameDuration: TimeBase?
    /// Frames that a decoder holds back before it puts out the first, if known: constant for the track, because the
    /// delay between decoding and presentation hangs on it where the container does not tell.
    package var reorderDepth: Int?
    /// The track's first stamp, as stored: after a seek also, the grid of sample counts begins there, and stamps far
    /// below it have wrapped.
    package var firstTicks: Int64?

    /// Of audio whose stamps are rounded: by how much they are later than the count from the first one, as learned from the track's
    /// first units; nil where that has not been done.
    package var stampBias: MediaTime?
    /// Ticks by which stored decode times are late: the greatest distance at which a presentation has come before one.
    package var decodeShift: Int64 = 0

    package init(
        _ stamps: Stamps, countsSamples: Bool = true, wrapBits: Int? = nil, frameDuration: TimeBase? = nil,
        reorderDepth: Int? = nil, firstTicks: Int64? = nil
    ) {
        self.stamps = stamps
        self.countsSamples = countsSamples
        self.wrapBits = wrapBits
        self.frameDuration = frameDuration
        self.reorderDepth = reorderDepth
        self.firstTicks = firstTicks
    }

    package static let mp4 = TimestampRules(.exact, countsSamples: false)
    package static let flv = TimestampRules(.exact)
    package static let matroska = TimestampRules(.presentation)
    package static let avi = TimestampRules(.decode)
    package static let ogg = TimestampRules(.sparse)
    /// MPEG-TS and MPEG-PS.
    package static let mpegSystems = TimestampRules(.sparse, wrapBits: 33)

    /// An elementary stream; `frameDuration` is used if its headers state none.
    package static func elementaryStream(frameDuration: TimeBase? = nil) -> TimestampRules {
        TimestampRules(.none, frameDuration: frameDuration)
    }
}
