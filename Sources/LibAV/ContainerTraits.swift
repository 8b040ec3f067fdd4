/// What is true of everything that one demuxer brings.
package struct ContainerTraits: Hashable, Sendable {
    /// For people.
    package var label: String
    package var stamps: Stamps
    package var seeking: Seeking
    /// The header does not tell the streams' parameters, or not even the streams: the first units must be looked at.
    package var needsStreamInfo = false
    /// Streams appear as their units come: their order, and so their indices, depend on where reading begins.
    package var streamsAppear = false
    /// A packet of the container may begin with the rest of a unit.
    package var dividesUnits = false
    /// A seek may land before the key unit of its stream, where another stream's unit of that time lies.
    package var landsEarly = false
    /// After a seek to the decode time of a unit (any unit, at or before), reading brings that unit and all that
    /// follow it, each as it came before: one context can serve several readers by turns.
    package var resumesExactly = false
    /// The container says of every unit whether decoding can begin there, and how long it lasts.
    package var describesUnits = false
    /// Packets are whole units, and those of all streams come in the order in which they lie in the file, wherever reading
    /// begins. Libavformat's parsers, some of which hold a unit back until the next one comes, are not used.
    package var readsInFileOrder = false
    /// The demuxer has no index but the key units that libavformat has read so far, by decode times which it fills in.
    package var indexesWhatIsRead = false

    /// The demuxer calls a unit corrupt where the container's packets are not counted on: data may be lost there, or
    /// recordings joined, or a receiver has begun anew. What has come of the unit is what every player of the file shows.
    package var marksGaps = false

    /// What the stamps of units are worth.
    package enum Stamps: Hashable, Sendable {
        /// Decode and presentation times of every unit, as the muxer had them.
        case exact
        /// The same, rounded to milliseconds.
        case rounded
        /// Presentation times alone, as the muxer had them.
        case presentation
        /// The same, rounded to milliseconds.
        case roundedPresentation
        /// Decode times of most units, presentation times of some or none.
        case partial
        /// Decode times alone: a counter of units or bytes.
        case decodeOnly
        /// Times of the first unit that begins in a packet of the container, on a clock of 33 bits that wraps: ISO/IEC
        /// 13818-1 2.4.3.7.
        case clock
        /// Times of the last unit in a page: RFC 3533 6.
        case pages
        /// The demuxer counts bytes, from the start of the file or from where a seek lands.
        case counted
        /// None.
        case none
    }

    /// How a position in the middle is reached.
    package enum Seeking: Hashable, Sendable {
        /// The demuxer knows all units of the file: a seek lands on the key unit at or before a decode time.
        case index
        /// The demuxer lands in the neighbourhood, where the units' own stamps tell the place.
        case landing
        /// By arithmetic: units of fixed size.
        case arithmetic
        /// By reading from the start.
        case counting
    }
}

extension Container {
    package var traits: ContainerTraits {
        switch self {
        case .mp4:
            ContainerTraits(
                label: "MP4/MOV", stamps: .exact, seeking: .index, resumesExactly: true, describesUnits: true)
        case .avi:
            ContainerTraits(
                label: "AVI", stamps: .decodeOnly, seeking: .index, dividesUnits: true, landsEarly: true,
                resumesExactly: true)
        case .matroska:
            ContainerTraits(
                label: "Matroska/WebM", stamps: .roundedPresentation, seeking: .landing, resumesExactly: true,
                readsInFileOrder: true)
        case .mpegTS: Self.appearing("MPEG transport stream", .clock, dividesUnits: true, marksGaps: true)
        case .mpegPS: Self.appearing("MPEG program stream", .clock, dividesUnits: true)
        case .flv: Self.appearing("FLV", .rounded)
        case .asf: ContainerTraits(label: "ASF", stamps: .partial, seeking: .landing, needsStreamInfo: true)
        case .mxf: ContainerTraits(label: "MXF", stamps: .partial, seeking: .landing, needsStreamInfo: true)
        case .nut: ContainerTraits(label: "NUT", stamps: .presentation, seeking: .landing, needsStreamInfo: true)
        case .ogg:
            ContainerTraits(
                label: "Ogg", stamps: .pages, seeking: .landing, needsStreamInfo: true, describesUnits: true)
        case .realMedia: ContainerTraits(label: "RealMedia", stamps: .rounded, seeking: .landing, needsStreamInfo: true)
        case .wav: Self.pcm("WAV")
        case .wave64: Self.pcm("Wave64")
        case .aiff: Self.pcm("AIFF")
        case .au: Self.pcm("AU")
        case .caf: Self.pcm("CAF")
        case .adts: Self.elementaryAudio("ADTS")
        case .mpegAudio: Self.elementaryAudio("MPEG audio")
        case .ac3: Self.elementaryAudio("AC-3")
        case .eac3: Self.elementaryAudio("E-AC-3")
        case .loas: Self.elementaryAudio("LOAS")
        case .amr: Self.telephone("AMR")
        case .gsm: Self.telephone("GSM 06.10")
        case .ilbc: Self.telephone("iLBC")
        case .g722: Self.telephone("G.722")
        case .g729: Self.telephone("G.729")
        case .g7231: Self.telephone("G.723.1")
        case .h264: Self.elementaryVideo("H.264 elementary stream")
        case .h265: Self.elementaryVideo("H.265 elementary stream")
        case .mpeg4Visual: Self.elementaryVideo("MPEG-4 Part 2 elementary stream")
        case .mpegVideo: Self.elementaryVideo("MPEG video elementary stream")
        case .h263: Self.elementaryVideo("H.263 elementary stream")
        case .motionJPEG: Self.elementaryVideo("Motion JPEG elementary stream")
        case .obu: Self.elementaryVideo("AV1 elementary stream")
        case .av1AnnexB: Self.elementaryVideo("AV1 elementary stream (annex B)")
        case .ivf:
            ContainerTraits(label: "IVF", stamps: .presentation, seeking: .landing, indexesWhatIsRead: true)
        case .h261: Self.elementaryVideo("H.261 elementary stream")
        case .vc1: Self.elementaryVideo("VC-1 elementary stream")
        case .dv:
            ContainerTraits(
                label: "DV", stamps: .exact, seeking: .landing, needsStreamInfo: true, streamsAppear: true)
        case .yuv4MPEG: ContainerTraits(label: "YUV4MPEG2", stamps: .exact, seeking: .landing)
        }
    }

    private static func appearing(
        _ label: String, _ stamps: ContainerTraits.Stamps, dividesUnits: Bool = false, marksGaps: Bool = false
    ) -> ContainerTraits {
        ContainerTraits(
            label: label, stamps: stamps, seeking: .landing, needsStreamInfo: true, streamsAppear: true,
            dividesUnits: dividesUnits, marksGaps: marksGaps)
    }

    private static func pcm(_ label: String) -> ContainerTraits {
        ContainerTraits(label: label, stamps: .counted, seeking: .arithmetic)
    }

    private static func elementaryAudio(_ label: String) -> ContainerTraits {
        ContainerTraits(label: label, stamps: .none, seeking: .counting, needsStreamInfo: true)
    }

    /// Frames that are all alike: what they are is known without a look at them.
    private static func telephone(_ label: String) -> ContainerTraits {
        ContainerTraits(label: label, stamps: .none, seeking: .counting)
    }

    private static func elementaryVideo(_ label: String) -> ContainerTraits {
        ContainerTraits(label: label, stamps: .none, seeking: .counting, needsStreamInfo: true)
    }
}
