internal import LibAV
internal import MediaCore
internal import RTPPayload

/// What reading a transport stream as it is needs to know of the file.
struct TransportStreamSource: Sendable {
    let file: TransportFile
    let program: TransportProgram
    let timeline: TransportTimeline
    /// NPT of the end.
    let end: MediaTime
}

extension TitleProbe {
    /// Describes a file of transport packets as one track that is the whole multiplex.
    /// - Throws: `.unsupported` if it is none, or has no clock; `.unreadable`, `.cancelled`.
    static func describeTransportStream(
        _ file: OpenFile, interrupt: Interrupt
    ) throws(MediaError) -> TitleDescription {
        guard let packets = try TransportFile(file) else { throw .unsupported("no MPEG transport stream") }
        guard let program = try TransportProgram(packets) else {
            throw .unsupported("an MPEG transport stream without a clock")
        }
        var clocks = TransportClocks(packets, program, interrupt)
        guard let timeline = try TransportTimeline.find(&clocks), let last = try clocks.lastTwo() else {
            throw .unsupported("an MPEG transport stream without a clock that goes on")
        }
        // What follows the last reference comes as fast as what precedes it.
        let step = timeline.time(last.1) - timeline.time(last.0)
        let rest = Int128(max(step, .zero).nanoseconds) * Int128(max(0, packets.size - last.1.position))
        let end =
            timeline.time(last.1)
            + MediaTime(nanoseconds: Int64(clamping: rest / Int128(max(1, last.1.position - last.0.position))))
        let source = TransportStreamSource(file: packets, program: program, timeline: timeline, end: end)
        return description(source)
    }

    private static func description(_ source: TransportStreamSource) -> TitleDescription {
        let milliseconds = max(1, source.end.nanoseconds / 1_000_000)
        let transported = source.file.size / Int64(source.file.stride) * Int64(TransportPacket.size)
        let bitRate = transported.multipliedReportingOverflow(by: 8_000)
        let codec = CodecDescription(
            codec: .other("MPEG transport stream"), kind: .video,
            bitRate: bitRate.overflow ? 0 : bitRate.partialValue / milliseconds)
        let track = Track(id: 0, codec: codec, timeBase: TimeBase(1, 90_000), end: source.end, language: nil)
        return TitleDescription(
            container: Container.mpegTS.label, tracks: [track], formats: [.transportStream], omitted: [],
            duration: source.end, isSeekable: true, origin: .zero, sources: [], demuxer: .mpegTS, seeking: .landing,
            settings: DemuxerSettings(), sharesDemuxers: false, transportStream: source)
    }
}
