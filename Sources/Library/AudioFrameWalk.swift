internal import LibAV
internal import MediaCore
internal import Timestamps

/// How long an elementary stream of audio lasts, of which nothing but its frames tells: what libavformat says of such a file is a guess from
/// the bit rate of its first frames.
///
/// Frames that state one bit rate at many places, from the start of the file to its end, last as long as their bytes take at that rate. All
/// others are counted, header by header, which takes as long as reading the file.
struct AudioFrameWalk {
    private let file: OpenFile
    private let kind: AudioFrame.Kind
    private let interrupt = Interrupt()

    /// Bytes read at once.
    private static let block = 1 << 20
    /// Places that are compared.
    private static let places: Int64 = 64
    /// Bytes at each: several of the largest frames, those of ADTS with 8,191.
    private static let window = 64 << 10
    /// Frames in a row without which there is no stream.
    private static let certain = 4
    /// Bytes from the end of the file in which the last frame is looked for, in turn: pictures and lyrics may follow it.
    private static let tails: [Int64] = [64 << 10, 1 << 20, 16 << 20]

    /// Nil for a container that is no stream of such frames.
    /// - Parameter interrupt: ends the walk, beside the limits' `countingTimeout`.
    init?(_ file: OpenFile, _ container: Container, _ limits: LibraryLimits, _ interrupt: Interrupt) {
        guard let kind = AudioFrame.Kind(container) else { return nil }
        (self.file, self.kind) = (file, kind)
        self.interrupt.follow(interrupt)
        self.interrupt.setDeadline(after: limits.countingTimeout.nanoseconds)
    }

    /// From the frame at or after `start` to the end; nil if the frames do not tell in time.
    func duration(from start: Int64) -> MediaTime? { constantRateDuration(from: start) ?? countedDuration(from: start) }

    /// Nil if the frames do not state one bit rate.
    func constantRateDuration(from start: Int64) -> MediaTime? {
        guard let end = end(after: start), let first = run(at: start)?.first, let bitRate = first.bitRate, bitRate > 0
        else { return nil }
        for place in 1..<Self.places {
            let position = start + Int64(Int128(end - start) * Int128(place) / Int128(Self.places))
            // What is no frame at the very end, and in damage, tells nothing.
            guard !interrupt.isFired, let run = run(at: position),
                run.allSatisfy({ $0.bitRate == bitRate && $0.agrees(with: first) })
            else { return nil }
        }
        let nanoseconds = Int128(end - start) * 8_000_000_000 / Int128(bitRate)
        return MediaTime(nanoseconds: Int64(clamping: nanoseconds))
    }

    /// Nil if the file has no frames, or time is over.
    func countedDuration(from start: Int64) -> MediaTime? {
        var bytes: [UInt8] = []
        var position = start
        var walk = Walk(kind)
        while true {
            guard !interrupt.isFired else { return nil }
            read(Self.block, at: position, into: &bytes)
            guard !bytes.isEmpty else { break }
            let isLast = bytes.count < Self.block
            let passed = walk.pass(bytes.span.bytes, isLast: isLast)
            position += Int64(passed)
            if isLast || passed == 0 { break }
        }
        return walk.duration
    }

    /// The end of the last frame.
    private func end(after start: Int64) -> Int64? {
        var bytes: [UInt8] = []
        for tail in Self.tails {
            let position = max(start, file.size - tail)
            read(Int(min(tail, file.size - position)), at: position, into: &bytes)
            var offset = 0
            var end: Int64?
            while let found = Walk.synchronized(kind, bytes.span.bytes, from: offset) {
                offset = found
                while let frame = AudioFrame(kind, bytes.span.bytes, at: offset), frame.length <= bytes.count - offset {
                    offset += frame.length
                }
                end = position + Int64(offset)
            }
            if end != nil || position == start { return end }
        }
        return nil
    }

    /// Frames in a row at or after `position`.
    private func run(at position: Int64) -> [AudioFrame]? {
        var bytes: [UInt8] = []
        read(Self.window, at: position, into: &bytes)
        guard var offset = Walk.synchronized(kind, bytes.span.bytes, from: 0) else { return nil }
        var frames: [AudioFrame] = []
        while let frame = AudioFrame(kind, bytes.span.bytes, at: offset) {
            frames.append(frame)
            offset += frame.length
        }
        return frames
    }

    private func read(_ count: Int, at position: Int64, into bytes: inout [UInt8]) {
        bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, initialized in
            initialized = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position))
        }
    }
}

extension AudioFrameWalk {
    /// Goes from frame to frame.
    private struct Walk {
        private let kind: AudioFrame.Kind
        /// Samples of each rate: a stream may change it.
        private var samples: [Int32: Int64] = [:]
        /// Of the frame before, by which the next one is known.
        private var last: AudioFrame?

        init(_ kind: AudioFrame.Kind) { self.kind = kind }

        /// Nil if there was no frame.
        var duration: MediaTime? {
            guard !samples.isEmpty else { return nil }
            return samples.reduce(.zero) { $0 + MediaTime(ticks: $1.value, timeBase: TimeBase(1, $1.key)) }
        }

        /// - Parameter isLast: nothing follows the bytes.
        /// - Returns: how many bytes are done with; the rest is wanted again, with what follows.
        mutating func pass(_ bytes: RawSpan, isLast: Bool) -> Int {
            var offset = 0
            while true {
                if let frame = AudioFrame(kind, bytes, at: offset), last.map(frame.agrees) ?? false {
                    guard frame.length <= bytes.byteCount - offset else { return offset }
                    count(frame)
                    offset += frame.length
                    continue
                }
                // A header may be cut off.
                if !isLast, bytes.byteCount - offset < AudioFrameWalk.window { return offset }
                guard let next = Self.synchronized(kind, bytes, from: offset) else {
                    return isLast ? offset : max(offset, bytes.byteCount - AudioFrameWalk.window)
                }
                offset = next
                last = AudioFrame(kind, bytes, at: next)
            }
        }

        private mutating func count(_ frame: AudioFrame) { samples[frame.rate, default: 0] += Int64(frame.samples) }

        /// The first place at which frames follow each other.
        static func synchronized(_ kind: AudioFrame.Kind, _ bytes: RawSpan, from start: Int) -> Int? {
            (start..<max(start, bytes.byteCount)).first { place in
                var offset = place
                var first: AudioFrame?
                for _ in 0..<AudioFrameWalk.certain {
                    guard let frame = AudioFrame(kind, bytes, at: offset), first.map(frame.agrees) ?? true else {
                        return false
                    }
                    first = first ?? frame
                    offset += frame.length
                }
                return true
            }
        }
    }
}

extension AudioFrame.Kind {
    fileprivate init?(_ container: Container) {
        switch container {
        case .mpegAudio: self = .mpegAudio
        case .adts: self = .adts
        case .ac3, .eac3: self = .ac3
        default: return nil
        }
    }
}
