internal import LibAV
internal import MediaCore
internal import Timestamps

/// Whether the rates that an AVI states of its audio are true. Its stamps are counts of chunks or bytes, and the header
/// says how long each lasts: a wrong rate, or the mean rate of audio whose rate varies, puts what a seek finds at the
/// wrong place. So the samples in some of the units are counted.
struct AVIAudioClock {
    enum Verdict: Hashable {
        case stated
        /// A tick lasts this long everywhere.
        case constant(TimeBase)
        /// Ticks last longer at some places than at others.
        case varying
    }

    /// Where samples are counted, over the length of the file.
    private static let places = 8
    /// Of each place.
    private static let span = MediaTime.seconds(2)
    private static let maximumUnits = 256

    private let file: OpenFile
    private let settings: DemuxerSettings
    private let interrupt: Interrupt

    init(_ file: OpenFile, _ settings: DemuxerSettings, _ interrupt: Interrupt) {
        self.file = file
        self.settings = settings
        self.interrupt = interrupt
    }

    /// By the streams' indices, of all audio streams whose samples can be counted.
    func verdicts(on streams: [StreamDescription]) throws(MediaError) -> [Int: Verdict] {
        let audio = streams.filter { $0.codec.kind == .audio && $0.timeBase != nil }
        var verdicts: [Int: Verdict] = [:]
        for stream in audio {
            var context = try InputContext(file, container: .avi, settings: settings, interrupt: interrupt)
            guard stream.index < context.streamCount else { continue }
            context.select([stream.index])
            verdicts[stream.index] = verdict(on: stream, &context)
        }
        return verdicts
    }

    private func verdict(on stream: StreamDescription, _ context: inout InputContext) -> Verdict {
        guard let stated = stream.timeBase, let first = measure(stream, &context) else { return .stated }
        var sections = [first]
        let count = settings.ignoresIndex ? 0 : context.indexCount(stream: stream.index)
        for place in 1..<Self.places where count > Self.places {
            guard let entry = context.indexEntry(stream: stream.index, at: count * place / Self.places) else {
                continue
            }
            // An index of bytes counts them one by one.
            let ticks = entry.ticks / (first.countsChunks ? 1 : first.bytesPerTick)
            guard (try? context.seek(stream: stream.index, to: ticks, keyUnitsOnly: false)) != nil,
                let section = measure(stream, &context)
            else { continue }
            sections.append(section)
        }
        if sections.allSatisfy({ $0.agrees(with: stated) }) { return .stated }
        guard let mean = AudioSection.timeBase(of: sections), sections.allSatisfy({ $0.agrees(with: mean) }) else {
            return .varying
        }
        return .constant(mean)
    }

    /// Counts from where the demuxer stands. Nil if too little can be counted.
    private func measure(_ stream: StreamDescription, _ context: inout InputContext) -> AudioSection? {
        var counter = SampleCounter(stream.codec)
        var section: AudioSection?
        var packet = Packet()
        for _ in 0..<Self.maximumUnits {
            guard !interrupt.isFired, (try? context.read(into: &packet)) != nil else { break }
            guard packet.stream == stream.index, packet.size > 0 else { continue }
            if let ticks = packet.decodeTicks {
                if section == nil { section = AudioSection(start: ticks) }
                section?.pass(ticks)
                if let section, section.duration >= Self.span { break }
            }
            guard section != nil else { continue }
            guard let count = packet.withBytes({ counter.count(in: $0) }) else { return nil }
            section?.add(count, bytes: packet.size)
        }
        return section.flatMap { $0.ticks > 0 ? $0 : nil }
    }
}

/// Some units in a row, from one that is stamped up to another.
private struct AudioSection {
    private let start: Int64
    private(set) var ticks: Int64 = 0
    private var stamps: Int64 = -1
    private var samples: Int64 = 0
    private var bytes: Int64 = 0
    private var rate: Int32 = 1
    // Since the last stamp.
    private var openSamples: Int64 = 0
    private var openBytes: Int64 = 0

    init(start: Int64) { self.start = start }

    mutating func pass(_ stamp: Int64) {
        ticks = max(0, stamp.subtractingReportingOverflow(start).partialValue)
        stamps += 1
        samples += openSamples
        bytes += openBytes
        (openSamples, openBytes) = (0, 0)
    }

    mutating func add(_ count: SampleCounter.Count, bytes: Int) {
        rate = count.rate
        openSamples += Int64(count.samples)
        openBytes += Int64(bytes)
    }

    var duration: MediaTime { MediaTime(ticks: samples, timeBase: TimeBase(1, rate)) }
    var countsChunks: Bool { ticks == stamps }
    var bytesPerTick: Int64 { max(1, (bytes + ticks / 2) / ticks) }

    /// To a tenth: units begin somewhere in a chunk, and the stamp is the chunk's.
    func agrees(with timeBase: TimeBase) -> Bool {
        let (stated, counted) = (MediaTime(ticks: ticks, timeBase: timeBase).nanoseconds, duration.nanoseconds)
        let largestUnit = counted / max(1, stamps)
        let slack = max(counted / 10, countsChunks ? 0 : min(largestUnit, 100_000_000))
        return abs(stated - counted) <= slack
    }

    /// How long a tick lasts in all of `sections`: of chunks, by their number; of bytes, by those that the units have.
    static func timeBase(of sections: [AudioSection]) -> TimeBase? {
        let samples = sections.reduce(0) { $0 + $1.samples }
        let countsChunks = sections.allSatisfy(\.countsChunks)
        let units = sections.reduce(0) { $0 + (countsChunks ? $1.ticks : $1.bytes) }
        let perTick = countsChunks ? 1 : sections[0].bytesPerTick
        let (numerator, denominator) = (Int128(samples) * Int128(perTick), Int128(units) * Int128(sections[0].rate))
        guard numerator > 0, denominator > 0 else { return nil }
        // What does not fit exactly is rounded to a part in 10^5 at the worst.
        if let small = Int64(exactly: numerator), let large = Int64(exactly: denominator),
            let exact = TimeBase(reducing: small, over: large)
        {
            return exact
        }
        let scale: Int128 = 2_000_000_000
        return TimeBase(reducing: Int64(clamping: numerator * scale / denominator), over: Int64(scale))
    }
}
