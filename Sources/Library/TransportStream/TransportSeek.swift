internal import LibAV
internal import MediaCore

/// Finds where in a transport stream reading begins for a time: by the clock references, then back to the nearest key frame, as far as
/// the stream marks these (random_access_indicator, ISO/IEC 13818-1 2.4.3.5), and to the programme association before it, without which a
/// receiver understands nothing.
struct TransportSeek {
    private let source: TransportStreamSource
    private var clocks: TransportClocks
    private let interrupt: Interrupt

    /// Bytes that are looked at, first and last, for a key frame before the place.
    private static let firstWindow: Int64 = 1 << 20
    private static let maximumWindow: Int64 = 64 << 20

    init(_ source: TransportStreamSource, _ interrupt: Interrupt) {
        self.source = source
        self.interrupt = interrupt
        clocks = TransportClocks(source.file, source.program, interrupt)
    }

    struct Landing {
        /// Of the first packet to be sent, in the file.
        let place: Int64
        /// Of the last clock reference at or before it.
        var reference: Int64?
    }

    /// - Throws: `.unreadable`, `.cancelled`.
    mutating func landing(atOrBefore npt: MediaTime) throws(MediaError) -> Landing {
        let start = Landing(place: source.file.start)
        guard npt > .zero, let target = try place(of: npt) else { return start }
        var window = Self.firstWindow
        while true {
            let from = source.file.aligned(target - window)
            let found = try look(from: from, to: target)
            let isLast = from <= source.file.start || window >= Self.maximumWindow
            if let landing = source.program.video == nil ? found.tables ?? found.key : found.key { return landing }
            if isLast {
                // Nothing marks key frames.
                return found.tables ?? (from <= source.file.start ? start : Landing(place: target))
            }
            window *= 4
        }
    }

    /// The place of the last packet that is due at `npt`; nil if that is before the first reference.
    private mutating func place(of npt: MediaTime) throws(MediaError) -> Int64? {
        var low = source.file.start
        var high = source.file.size
        while high - low > Int64(TransportFile.block) {
            let middle = low + (high - low) / 2
            if let mark = try clocks.first(at: middle), mark.position < high, source.timeline.time(mark) <= npt {
                low = mark.position
            } else {
                high = middle
            }
        }
        var before: ClockMark?
        var after: ClockMark?
        let timeline = source.timeline
        try clocks.visit(from: low, to: .max) { mark in
            if timeline.time(mark) <= npt { before = mark } else { after = mark }
            return after == nil
        }
        guard let before else { return nil }
        guard let after else { return before.position }
        let span = max(1, (timeline.time(after) - timeline.time(before)).nanoseconds)
        let part = Int128(after.position - before.position) * Int128((npt - timeline.time(before)).nanoseconds)
        return before.position + Int64(clamping: part / Int128(span))
    }

    /// Where a receiver could begin in a part of the file, the last place of each kind.
    private struct Found {
        /// The tables before the last key frame.
        var key: Landing?
        /// The last tables.
        var tables: Landing?
        var reference: Int64?
    }

    private func look(from start: Int64, to end: Int64) throws(MediaError) -> Found {
        var found = Found()
        var scratch: [UInt8] = []
        var position = start
        let program = source.program
        var isWanted = true
        while isWanted {
            guard !interrupt.isFired else { throw .cancelled }
            let more = try source.file.readBlock(at: &position, scratch: &scratch) { bytes, offset, place in
                isWanted = place <= end
                guard isWanted, let packet = TransportPacket(bytes, at: offset) else { return isWanted }
                if packet.identifier == program.clock, packet.clock != nil { found.reference = place }
                if packet.identifier == 0, packet.beginsUnit {
                    found.tables = Landing(place: place, reference: found.reference)
                }
                if packet.identifier == program.video, packet.isRandomAccessPoint, packet.beginsUnit {
                    found.key = found.tables ?? found.key
                }
                return true
            }
            if !more { break }
        }
        return found
    }
}
