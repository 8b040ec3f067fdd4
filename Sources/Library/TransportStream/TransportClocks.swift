internal import LibAV
internal import MediaCore

/// Finds the clock references of a transport stream's first programme.
struct TransportClocks {
    let file: TransportFile
    let program: TransportProgram
    private let interrupt: Interrupt
    private var scratch: [UInt8] = []

    /// Bytes within which a reference is looked for: 0.1 s of 640 Mbit/s (ISO/IEC 13818-1 2.7.2).
    private static let searched: Int64 = 8 << 20

    init(_ file: TransportFile, _ program: TransportProgram, _ interrupt: Interrupt) {
        (self.file, self.program, self.interrupt) = (file, program, interrupt)
    }

    /// Calls `body` with each reference from `position` on, before `end`; false ends it.
    mutating func visit(
        from position: Int64, to end: Int64, _ body: (ClockMark) -> Bool
    ) throws(MediaError) {
        var position = file.aligned(position)
        let clockPID = program.clock
        var isWanted = true
        while isWanted, position < end {
            guard !interrupt.isFired else { throw .cancelled }
            let more = try file.readBlock(at: &position, scratch: &scratch) { bytes, offset, place in
                guard place < end else {
                    isWanted = false
                    return false
                }
                if let packet = TransportPacket(bytes, at: offset), packet.identifier == clockPID,
                    let clock = packet.clock
                {
                    isWanted = body(
                        ClockMark(position: place, clock: clock, isDiscontinuity: packet.isDiscontinuity))
                }
                return isWanted
            }
            if !more { return }
        }
    }

    /// The first reference at or after `position`; nil if there is none near.
    mutating func first(at position: Int64) throws(MediaError) -> ClockMark? {
        var found: ClockMark?
        try visit(from: position, to: position + Self.searched) { mark in
            found = mark
            return false
        }
        return found
    }

    /// The last two references of the file.
    mutating func lastTwo() throws(MediaError) -> (ClockMark, ClockMark)? {
        var window = Int64(256 << 10)
        while true {
            var last: (ClockMark?, ClockMark?) = (nil, nil)
            try visit(from: file.size - window, to: .max) { mark in
                last = (last.1, mark)
                return true
            }
            if case (let earlier?, let later?) = last { return (earlier, later) }
            guard window < Self.searched, window < file.size else { return nil }
            window *= 4
        }
    }
}
