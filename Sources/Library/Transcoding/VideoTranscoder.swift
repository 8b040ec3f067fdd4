internal import LibAV
internal import MediaCore

/// Pictures: decoded, brought to the channel's size, and encoded so that each comes out before the next goes in. Used by one thread at a time.
struct VideoTranscoder: ~Copyable {
    private let settings: EncoderSettings
    private var decoder: Decoder?
    private var encoder: Encoder?
    private var scaler: Scaler
    private var decoded = Frame()
    private var scaled = Frame()
    private var encoded = Packet()
    /// Of units in the decoder, by presentation time.
    private var durations: [MediaTime: MediaTime] = [:]
    /// Of pictures in the encoder, in order.
    private var waiting: [AccessUnit] = []
    private var last: AccessUnit?
    private var lastKey: MediaTime?
    private var count: Int64 = 0
    /// Pictures before this are not wanted.
    private var floor: MediaTime?

    /// From one key frame to the next, at most.
    private static let keyInterval = MediaTime.seconds(2)
    /// Where nothing tells.
    private static let usualDuration = MediaTime.milliseconds(40)
    private static let maximumDurations = 128

    init(_ settings: EncoderSettings) {
        self.settings = settings
        scaler = Scaler(for: settings)
    }

    /// A new sequence begins.
    mutating func reset() {
        decoder?.reset()
        encoder = nil
        durations.removeAll()
        waiting.removeAll()
        (last, lastKey, count, floor) = (nil, nil, 0, nil)
    }

    mutating func begin(at start: MediaTime) { floor = start }

    /// - Parameter parameters: of the unit's stream.
    /// - Throws: what the decoder says of the unit, or a library of what is done with its pictures.
    mutating func push(
        _ packet: borrowing Packet, _ unit: AccessUnit, _ parameters: DecoderParameters, end: MediaTime?,
        into queue: inout UnitQueue
    ) throws(AVFailure) {
        if decoder == nil { decoder = try parameters.makeDecoder() }
        if durations.count >= Self.maximumDurations { durations.removeAll() }
        durations[unit.presentationTime] = unit.duration
        try decoder?.send(packet)
        try receive(unit.track, end, into: &queue)
    }

    /// Nothing follows.
    mutating func finish(_ track: Int, end: MediaTime?, into queue: inout UnitQueue) throws(AVFailure) {
        guard decoder != nil else { return }
        try decoder?.finish()
        try receive(track, end, into: &queue)
        guard encoder != nil else { return }
        try encoder?.finish()
        try collect(into: &queue)
    }

    private mutating func receive(_ track: Int, _ end: MediaTime?, into queue: inout UnitQueue) throws(AVFailure) {
        while try decoder?.receive(into: &decoded) == true {
            let unit = unit(track)
            if let last, unit.presentationTime <= last.presentationTime { continue }
            if let floor, unit.presentationTime < floor { continue }
            if let end, unit.presentationTime >= end { continue }
            try encode(unit, into: &queue)
        }
    }

    /// The times of the decoded picture.
    private mutating func unit(_ track: Int) -> AccessUnit {
        let told = decoded.presentationNanoseconds.map { MediaTime(nanoseconds: $0) }
        let usual = last.map { $0.duration } ?? Self.usualDuration
        let time = told ?? last.map { $0.presentationTime + usual } ?? floor ?? .zero
        let known = durations.removeValue(forKey: time) ?? .zero
        return AccessUnit(
            track: track, decodeTime: time, presentationTime: time, duration: known > .zero ? known : usual,
            isRandomAccessPoint: false)
    }

    private mutating func encode(_ unit: AccessUnit, into queue: inout UnitQueue) throws(AVFailure) {
        if encoder == nil { encoder = try Encoder(settings.paced(unit.duration)) }
        try scaler.scale(decoded, into: &scaled)
        let isKey = lastKey.map { unit.presentationTime + unit.duration - $0 > Self.keyInterval } ?? true
        if isKey { lastKey = unit.presentationTime }
        scaled.mark(count: count, isKey: isKey)
        (count, last) = (count + 1, unit)
        try encoder?.send(scaled)
        waiting.append(unit)
        try collect(into: &queue)
    }

    private mutating func collect(into queue: inout UnitQueue) throws(AVFailure) {
        while try encoder?.receive(into: &encoded) == true {
            guard !waiting.isEmpty else { return }
            var unit = waiting.removeFirst()
            unit.isRandomAccessPoint = encoded.isKey
            queue.append(encoded.take(), unit)
        }
    }
}
