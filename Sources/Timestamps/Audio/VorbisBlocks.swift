internal import MediaCore

/// Samples in packets of Vorbis: what the windows of a packet and of the one before it have in common, a quarter of each (Vorbis I 4.3.8).
struct VorbisBlocks: Sendable {
    private var rate: Int32
    /// Samples of a block, blocksize_0 and blocksize_1 of 4.2.2: powers of two from 64 to 8192.
    private var short: Int
    private var long: Int
    private var modes: VorbisModes
    /// Of the packet before; nil if that is not known.
    private var previous: Int?

    private static let identificationSize = 30

    /// Nil if the headers are missing or wrong.
    init?(configuration: [UInt8]) {
        let headers = XiphHeaders(configuration: configuration, identificationSize: Self.identificationSize)
        guard let headers, let modes = VorbisModes(setup: headers.setup),
            let stated = Self.stated(in: headers.identification.span.bytes)
        else { return nil }
        self.modes = modes
        (rate, short, long) = stated
    }

    private static func stated(in identification: RawSpan) -> (rate: Int32, short: Int, long: Int)? {
        guard identification.byteCount >= identificationSize else { return nil }
        let rate = (0..<4).reduce(0) { $0 | UInt32(identification.byte(12 + $1)) << UInt32(8 * $1) }
        let sizes = identification.byte(28)
        let (short, long) = (1 << Int(sizes & 15), 1 << Int(sizes >> 4))
        guard let rate = Int32(exactly: rate), rate > 0, short >= 64, long <= 8192, short <= long else { return nil }
        return (rate, short, long)
    }

    /// All packets begin at multiples of this, counted from the first one.
    private var grid: Int { short == long ? short / 2 : short / 4 }

    /// Nil for what is no packet of Vorbis.
    mutating func count(in unit: RawSpan) -> SampleCounter.Count? {
        guard unit.byteCount > 0 else { return nil }
        let first = Int(unit.byte(0))
        guard first & 1 == 0 else { return header(unit) }
        let mode = first >> 1 & ((1 << modes.bits) - 1)
        guard mode < modes.count else { return nil }
        let isLong = modes.isLong(mode)
        // A long block says what was before it: previous_window_flag, 4.3.1.
        let stated = isLong ? (first >> (1 + modes.bits) & 1 == 1 ? long : short) : nil
        let block = isLong ? long : short
        let isCertain = previous != nil
        // Libavformat looks at each packet of a page of Ogg as if it were the first, and reckons from the first mode then: it stamps a short
        // block behind a long one too late, and so do files that it makes of Ogg.
        let guess = stated ?? (modes.isLong(0) ? long : short)
        let before = stated ?? previous ?? guess
        previous = block
        return SampleCounter.Count(
            samples: (before + block) / 4, rate: rate, grid: grid, isCertain: isCertain,
            stampLag: (before - guess) / 4)
    }

    /// Between chained streams stand the headers of the next one, which have no samples: 4.2.1.
    private mutating func header(_ unit: RawSpan) -> SampleCounter.Count {
        switch unit.byte(0) {
        case 1:
            if let stated = Self.stated(in: unit) { (rate, short, long) = stated }
            previous = nil
        case 5:
            let found = unit.withUnsafeBytes { VorbisModes(setup: Array($0)) }
            modes = found ?? modes
        default: break
        }
        return SampleCounter.Count(samples: 0, rate: rate, grid: grid)
    }

    /// The next packet does not follow the last one.
    mutating func reset() { previous = nil }
}

/// The modes at the end of a setup header (Vorbis I 4.2.4), found from there: to come to them from the start would take reading all codebooks.
///
/// Least significant bit first: mode_count - 1 in 6 bits, then for each mode blockflag (1), windowtype (16, zero), transformtype (16, zero)
/// and mapping (8, below 64), at last a framing bit.
struct VorbisModes: Hashable, Sendable {
    private static let size = 41
    private static let maximumCount = 64

    let count: Int
    /// Those of long blocks: a bit for each mode, the first lowest.
    let long: UInt64

    /// Of a mode's number in a packet.
    var bits: Int { count == 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }

    func isLong(_ mode: Int) -> Bool { long >> UInt64(mode) & 1 == 1 }

    /// Larger headers than RTP can announce are not looked at.
    private static let maximumSetup = 65_535

    init?(setup: [UInt8]) {
        guard setup.count <= Self.maximumSetup else { return nil }
        var end = setup.count * 8
        func bits(_ start: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(setup[(start + $1) / 8] >> UInt8((start + $1) % 8) & 1) << $1 }
        }
        // Zeros fill the last byte behind the framing bit.
        while end > 0, bits(end - 1, 1) == 0 { end -= 1 }
        end -= 1
        var flags: [UInt64] = []
        var found: Int?
        while flags.count < Self.maximumCount {
            let start = end - Self.size * (flags.count + 1)
            guard start >= 6, bits(start + 1, 32) == 0, bits(start + 33, 8) < 64 else { break }
            flags.append(UInt64(bits(start, 1)))
            if bits(start - 6, 6) + 1 == flags.count { found = flags.count }
        }
        guard let found else { return nil }
        count = found
        long = flags.prefix(found).reduce(0) { $0 << 1 | $1 }
    }
}
