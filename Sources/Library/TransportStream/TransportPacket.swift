internal import MediaCore

/// The header of a transport packet, ISO/IEC 13818-1 2.4.3.2 to 2.4.3.5.
/// ```
///  sync 0x47 8 | error 1 | unit start 1 | priority 1 | PID 13 | scrambling 2 | adaptation 2 | continuity 4
///  adaptation field: length 8 | discontinuity 1 | random access 1 | ES priority 1 | PCR 1 | OPCR 1 | splice 1 | private 1 | extension 1
///  PCR: base 33 | reserved 6 | extension 9
/// ```
struct TransportPacket {
    static let size = 188
    static let sync: UInt8 = 0x47

    let identifier: Int
    let beginsUnit: Bool
    /// The clock, or what is counted by it, jumps here.
    private(set) var isDiscontinuity = false
    private(set) var isRandomAccessPoint = false
    /// Program clock reference: ticks of 27 MHz.
    private(set) var clock: Int64?
    /// Where the payload begins; 188 if there is none.
    private(set) var payload = 4

    /// Nil if 188 bytes that begin with a sync byte are not at `offset`.
    init?(_ bytes: RawSpan, at offset: Int) {
        guard offset >= 0, bytes.byteCount - offset >= Self.size else { return nil }
        let packet = bytes.extracting(offset..<offset + Self.size)
        func byte(_ index: Int) -> UInt8 { packet.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
        guard byte(0) == Self.sync else { return nil }
        identifier = Int(byte(1) & 0x1F) << 8 | Int(byte(2))
        beginsUnit = byte(1) & 0x40 != 0
        if byte(3) & 0x10 == 0 { payload = Self.size }
        // transport_error_indicator: nothing in it can be relied on.
        guard byte(3) & 0x20 != 0, byte(1) & 0x80 == 0 else { return }
        let length = Int(byte(4))
        if byte(3) & 0x10 != 0 { payload = min(5 + length, Self.size) }
        guard length > 0, length <= 183 else { return }
        isDiscontinuity = byte(5) & 0x80 != 0
        isRandomAccessPoint = byte(5) & 0x40 != 0
        if byte(5) & 0x10 != 0, length >= 7 {
            let base = (6...9).reduce(Int64(0)) { $0 << 8 | Int64(byte($1)) } << 1 | Int64(byte(10) >> 7)
            clock = base * 300 + Int64(byte(10) & 1) << 8 + Int64(byte(11))
        }
    }
}

/// Of program clock references: 27 MHz, modulo 2^33 * 300 (ISO/IEC 13818-1 2.4.2.2).
enum ProgramClock {
    static let modulus = Int64(300) << 33

    /// Ticks from `earlier` to `later`, at least 0: the clock may have wrapped between them.
    static func span(from earlier: Int64, to later: Int64) -> Int64 {
        let span = (later - earlier) % modulus
        return span < 0 ? span + modulus : span
    }

    static func time(_ ticks: Int64) -> MediaTime { MediaTime(ticks: ticks, timeBase: TimeBase(1, 27_000_000)) }
}
