internal import LibAV
internal import MediaCore

/// Sound: decoded, resampled, mixed to the channel's channels, and encoded on a grid of units that begins with the first sample. Used by one
/// thread at a time.
///
/// Encoders put silence before the first sample. So much is added to it that it fills whole units; these are not sent, and what is sent begins
/// with the first sample to the sample.
struct AudioTranscoder: ~Copyable {
    private let settings: EncoderSettings
    /// Hz, of what is encoded.
    private let rate: Int64
    /// Samples in a unit where the codec has no say.
    private let usualFrame: Int
    private var decoder: Decoder?
    private var encoder: Encoder?
    /// Samples in a unit.
    private var frame: Int
    private var resampler: Resampler
    private var decoded = Frame()
    private var samples = Frame()
    private var encoded = Packet()
    /// NPT of the first sample that is encoded.
    private var anchor: MediaTime?
    /// Samples of the source since `segment`, at `sourceRate`.
    private var counted: Int64 = 0
    private var segment = MediaTime.zero
    private var sourceRate: Int64 = 0
    /// Units of silence that have yet to come out of the encoder.
    private var lead = 0
    /// Units that have come out of the encoder after these.
    private var units: Int64 = 0
    /// Samples that went in, without those before the first.
    private var sent: Int64 = 0
    private var floor: MediaTime?

    /// What stamps may be off the count of samples without meaning it.
    private static let tolerance = MediaTime.milliseconds(20)
    /// Longer gaps are left open.
    private static let longestSilence = MediaTime.seconds(10)

    /// - Parameter frame: samples of each unit where the codec has no say.
    init(_ settings: EncoderSettings, frame: Int) throws(AVFailure) {
        guard case .audio(let rate, _) = settings.media else { preconditionFailure("settings of audio") }
        self.settings = settings
        self.rate = Int64(rate)
        usualFrame = frame
        self.frame = frame
        resampler = try Resampler(for: settings)
    }

    /// A new sequence begins.
    mutating func reset() {
        decoder?.reset()
        forget()
        floor = nil
    }

    private mutating func forget() {
        resampler.forget()
        encoder = nil
        (anchor, lead, units, sent, counted) = (nil, 0, 0, 0, 0)
    }

    mutating func begin(at start: MediaTime) { floor = start }

    /// See `VideoTranscoder.push`.
    mutating func push(
        _ packet: borrowing Packet, _ unit: AccessUnit, _ parameters: DecoderParameters, into queue: inout UnitQueue
    ) throws(AVFailure) {
        if decoder == nil { decoder = try parameters.makeDecoder() }
        try decoder?.send(packet)
        try receive(unit.track, into: &queue)
    }

    /// Nothing follows.
    mutating func finish(_ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        guard decoder != nil else { return }
        try decoder?.finish()
        try receive(track, into: &queue)
        try conclude(track, into: &queue)
    }

    private mutating func receive(_ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        while try decoder?.receive(into: &decoded) == true {
            guard decoded.sampleRate > 0, decoded.sampleCount > 0 else { continue }
            try take(track, into: &queue)
        }
    }

    /// Takes the decoded samples.
    private mutating func take(_ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        let told = decoded.presentationNanoseconds.map { MediaTime(nanoseconds: $0) }
        if anchor != nil, let told, told - expected > Self.longestSilence {
            try conclude(track, into: &queue)
            forget()
        }
        let time = told ?? (anchor == nil ? floor ?? .zero : expected)
        guard anchor != nil else { return try beginSound(at: time, track, into: &queue) }
        let skipped = try bridge(to: time)
        if Int64(decoded.sampleRate) != sourceRate { count(from: expected + span(skipped)) }
        try append(skipping: skipped, track, into: &queue)
    }

    /// Where the next sample lies.
    private var expected: MediaTime {
        sourceRate == 0 ? segment : segment + Self.time(counted, sourceRate)
    }

    private mutating func count(from time: MediaTime) {
        (segment, counted, sourceRate) = (time, 0, Int64(decoded.sampleRate))
    }

    private mutating func beginSound(at time: MediaTime, _ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        let skipped = floor.map { $0 > time ? samples(in: $0 - time) : 0 } ?? 0
        guard skipped < decoded.sampleCount else { return }
        count(from: time + span(skipped))
        let made = try Encoder(settings)
        anchor = segment
        let padding = made.initialPadding
        frame = made.frameSize > 0 ? made.frameSize : usualFrame
        encoder = consume made
        // Silence up to the end of a unit.
        let added = (frame - padding % frame) % frame
        lead = (padding + added) / frame
        sent = Int64(-added)
        try resampler.appendSilence(added)
        try append(skipping: skipped, track, into: &queue)
    }

    /// Fills a gap with silence.
    /// - Returns: samples of the decoded frame that were there before.
    private mutating func bridge(to time: MediaTime) throws(AVFailure) -> Int {
        let gap = time - expected
        if gap > Self.tolerance {
            try resampler.finish()
            try resampler.appendSilence(Int(gap.ticks(at: clock)))
            count(from: time)
        } else if gap < .zero - Self.tolerance {
            return samples(in: .zero - gap)
        }
        return 0
    }

    private mutating func append(skipping skipped: Int, _ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        guard skipped < decoded.sampleCount else { return }
        try resampler.append(decoded, skipping: skipped)
        counted += Int64(decoded.sampleCount - skipped)
        while resampler.count >= frame { try encode(track, into: &queue) }
    }

    private mutating func encode(_ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        try resampler.take(frame, into: &samples)
        samples.mark(count: sent, isKey: false)
        sent += Int64(frame)
        try encoder?.send(samples)
        try collect(track, upTo: .max, into: &queue)
    }

    /// The last unit is filled with silence; none follows that has nothing but that.
    private mutating func conclude(_ track: Int, into queue: inout UnitQueue) throws(AVFailure) {
        guard anchor != nil, encoder != nil else { return }
        try resampler.finish()
        while resampler.count >= frame { try encode(track, into: &queue) }
        let total = sent + Int64(resampler.count)
        if resampler.count > 0 {
            try resampler.appendSilence(frame - resampler.count)
            try encode(track, into: &queue)
        }
        try encoder?.finish()
        try collect(track, upTo: total, into: &queue)
    }

    /// - Parameter total: samples; units that begin behind them are not wanted.
    private mutating func collect(_ track: Int, upTo total: Int64, into queue: inout UnitQueue) throws(AVFailure) {
        while try encoder?.receive(into: &encoded) == true {
            if lead > 0 {
                lead -= 1
                continue
            }
            let start = units * Int64(frame)
            units += 1
            guard let anchor, start < total else { continue }
            let time = anchor + Self.time(start, rate)
            let unit = AccessUnit(
                track: track, decodeTime: time, presentationTime: time,
                duration: anchor + Self.time(start + Int64(frame), rate) - time, isRandomAccessPoint: true)
            queue.append(encoded.take(), unit)
        }
    }

    private var clock: ClockRate { ClockRate(hertz: UInt32(clamping: rate)) ?? .video }

    /// Of the decoded frame, the nearest number.
    private func samples(in time: MediaTime) -> Int {
        ClockRate(hertz: UInt32(clamping: decoded.sampleRate)).map { Int(time.ticks(at: $0)) } ?? 0
    }

    private func span(_ samples: Int) -> MediaTime { Self.time(Int64(samples), Int64(decoded.sampleRate)) }

    private static func time(_ samples: Int64, _ rate: Int64) -> MediaTime {
        MediaTime(ticks: samples, timeBase: TimeBase(1, Int32(clamping: max(1, rate))))
    }
}
