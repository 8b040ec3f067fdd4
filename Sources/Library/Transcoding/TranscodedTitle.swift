package import Delivery
internal import LibAV
package import MediaCore
package import RTPPayload

/// A file some of whose tracks are decoded, and encoded anew as a channel's viewers were told. Positions of tracks are the file's.
package final class TranscodedTitle: MediaTitle {
    let file: FileTitle
    let plans: [Int: TranscodingPlan]
    let compute: ComputePool
    package let tracks: [Track]
    package let formats: [PayloadFormat]

    package var name: String { file.name }
    package var version: UInt64 { file.version }
    package var duration: MediaTime? { file.duration }
    package var isSeekable: Bool { file.isSeekable }
    package var modified: Int64? { file.modified }
    package var bytesPerSecond: Int? { file.bytesPerSecond }

    /// Tries the encoders: takes up to some tens of milliseconds of a processor.
    /// - Throws: `.unsupported` if one of the tracks cannot become what is asked for.
    init(_ file: FileTitle, _ conversions: [TrackConversion], _ compute: ComputePool) throws(MediaError) {
        self.file = file
        self.compute = compute
        var plans: [Int: TranscodingPlan] = [:]
        for conversion in conversions { plans[conversion.track] = try TranscodingPlan(conversion) }
        self.plans = plans
        tracks = file.tracks.map { track in
            guard let plan = plans[track.id] else { return track }
            return Track(
                id: track.id, codec: plan.codec, timeBase: track.timeBase, end: track.end, language: track.language,
                title: track.title)
        }
        formats = file.formats.enumerated().map { plans[$0.offset]?.format ?? $0.element }
    }

    package func makeCursor(_ options: CursorOptions) -> any MediaCursor {
        guard options.tracks.contains(where: { plans[$0.track] != nil }) else { return file.makeCursor(options) }
        return TranscodingCursor(self, options)
    }

    /// What becomes of what, for logs.
    var summary: String {
        plans.values.sorted { $0.track < $1.track }.map { "\(file.tracks[$0.track].codec.summary) to \($0)" }
            .joined(separator: "; ")
    }
}
