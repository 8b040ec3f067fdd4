/// Goes through an H.261 picture from one place to the next at which RFC 4587 3.2 lets a packet begin: GOB headers, and macroblocks but the
/// first of a GOB. Reads the syntax of ITU-T H.261 4.2 as far as that takes.
struct H261Walk {
    /// Where a packet can begin, and what its header says of what precedes it.
    struct Place {
        /// From the unit's start.
        fileprivate(set) var bit = 0
        /// Group of blocks; 0 at the header of one, as all that follows.
        fileprivate(set) var group: UInt32 = 0
        /// Of the last macroblock, 1 to 33.
        fileprivate(set) var address = 0
        fileprivate(set) var quantizer: UInt32 = 0
        /// The last macroblock's vector, if it has one.
        fileprivate(set) var vector: (x: Int, y: Int) = (0, 0)

        /// GOBN | MBAP | QUANT | HMVD | VMVD. MBAP is one less than the address, which is never 0 within a GOB.
        var headerBits: UInt32 {
            guard group > 0, address > 0 else { return 0 }
            let motion = UInt32(truncatingIfNeeded: vector.x & 31) << 5 | UInt32(truncatingIfNeeded: vector.y & 31)
            return group << 20 | UInt32(address - 1) << 15 | quantizer << 10 | motion
        }
    }

    /// Valid as long as the closure that has brought it.
    private let bytes: UnsafeRawBufferPointer
    private(set) var place = Place()
    private(set) var isAtEnd = false
    private var position = 0
    private var group: UInt32 = 0
    private var address = 0
    private var quantizer: UInt32 = 0
    private var vector = (x: 0, y: 0)

    private var count: Int { bytes.count * 8 }

    /// Nil if the unit does not begin with a picture header: PSC 20 bits 0000 0000 0000 0001 0000 | TR 5 | PTYPE 6 | PEI.
    init?(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        // Raw streams are cut at bytes, and a picture may begin within one.
        guard let start = (0..<8).first(where: { Self.bits(bytes, at: $0, 20) == 0x10 }) else { return nil }
        position = start + 31
        guard skipSpare() else { return nil }
    }

    /// Goes on to the next place: past a GOB header and its first macroblock, or past a macroblock.
    /// - Throws: `.malformed` where the syntax is broken.
    mutating func advance() throws(PacketizationError) {
        if Self.bits(bytes, at: position, 16) == 1 { try readGroup() }
        let isEmpty = Self.bits(bytes, at: position, 16) == 1
        if !isEmpty, !isPadding { try readMacroblock() }
        while Self.bits(bytes, at: position, 11) == Self.stuffing { position += 11 }
        if isPadding {
            isAtEnd = true
            place = Place()
            place.bit = count
        } else {
            let isHeader = Self.bits(bytes, at: position, 16) == 1
            place = Place(
                bit: position, group: isHeader ? 0 : group, address: address, quantizer: quantizer, vector: vector)
        }
    }

    /// Up to the end there are zeros alone.
    private var isPadding: Bool {
        var offset = position
        while offset < count {
            let width = min(24, count - offset)
            guard Self.bits(bytes, at: offset, width) == 0 else { return false }
            offset += width
        }
        return true
    }

    private static let stuffing: UInt32 = 0b000_0000_1111

    /// GBSC 16 | GN 4 | GQUANT 5 | GEI.
    private mutating func readGroup() throws(PacketizationError) {
        group = Self.bits(bytes, at: position + 16, 4)
        quantizer = Self.bits(bytes, at: position + 20, 5)
        guard (1...12).contains(group) else { throw .malformed("H.261 group of blocks \(group)", offset: position / 8) }
        position += 25
        (address, vector) = (0, (0, 0))
        guard skipSpare() else { throw .malformed("H.261 group of blocks cut short", offset: position / 8) }
    }

    /// PEI or GEI, and after each that is 1 a byte and another.
    private mutating func skipSpare() -> Bool {
        while position < count {
            defer { position += 1 }
            guard Self.bits(bytes, at: position, 1) == 1 else { return true }
            position += 8
        }
        return false
    }

    private mutating func readMacroblock() throws(PacketizationError) {
        while Self.bits(bytes, at: position, 11) == Self.stuffing { position += 11 }
        // A group may have nothing but stuffing.
        guard Self.bits(bytes, at: position, 16) != 1, !isPadding else { return }
        let broken = PacketizationError.malformed("broken H.261 macroblock", offset: position / 8)
        guard group > 0, let step = read(H261Codes.addresses), address + step <= 33,
            let kind = read(H261Codes.types).map({ H261Codes.kinds[$0] })
        else { throw broken }
        let isNext = step == 1 && address > 0
        address += step
        if kind.hasQuantizer {
            quantizer = Self.bits(bytes, at: position, 5)
            position += 5
        }
        if kind.hasVector {
            // 4.2.3.4: from the macroblock before, in the same row of eleven, if that has one.
            let prediction = isNext && address % 11 != 1 ? vector : (0, 0)
            guard let x = readVector(), let y = readVector() else { throw broken }
            vector = (Self.wrapped(prediction.0 + x), Self.wrapped(prediction.1 + y))
        } else {
            vector = (0, 0)
        }
        var blocks = 6
        if kind.hasPattern {
            guard let pattern = read(H261Codes.patterns) else { throw broken }
            blocks = pattern.nonzeroBitCount
        }
        guard kind.hasCoefficients else { return }
        for _ in 0..<blocks {
            guard skipBlock(isIntra: kind.isIntra) else { throw broken }
        }
        guard position <= count else { throw broken }
    }

    /// To -16...15.
    private static func wrapped(_ component: Int) -> Int { (component + 16) & 31 - 16 }

    private mutating func readVector() -> Int? {
        guard let size = read(H261Codes.vectors) else { return nil }
        guard size > 0 else { return 0 }
        defer { position += 1 }
        return Self.bits(bytes, at: position, 1) == 1 ? -size : size
    }

    /// TCOEFF, H.261 table 5: of each code the zeros at its beginning tell the length, but for a few.
    private mutating func skipBlock(isIntra: Bool) -> Bool {
        var isFirst = !isIntra
        if isIntra { position += 8 }
        while position < count {
            let code = Self.bits(bytes, at: position, 16)
            switch (code << 16).leadingZeroBitCount {
            case 0 where isFirst: position += 2
            case 0:
                guard code & 0x4000 != 0 else {
                    position += 2
                    return true
                }
                position += 3
            case 1: position += code & 0x2000 != 0 ? 4 : 5
            case 2: position += code & 0x1800 == 0 ? 9 : 6
            case 3: position += 7
            case 4: position += 8
            // Run and level follow.
            case 5: position += 20
            case 6: position += 11
            case 7: position += 13
            case 8: position += 14
            default: return false
            }
            isFirst = false
        }
        return false
    }

    /// The value of the next code; nil if there is none in the table.
    private mutating func read(_ table: H261Codes.Table) -> Int? {
        let next = Self.bits(bytes, at: position, 16)
        for code in table where next >> UInt32(16 - code.length) == code.bits {
            position += code.length
            return position <= count ? code.value : nil
        }
        return nil
    }

    /// At most 24; zeros behind the end.
    @inline(__always)
    private static func bits(_ bytes: UnsafeRawBufferPointer, at position: Int, _ count: Int) -> UInt32 {
        var word: UInt32 = 0
        let first = position / 8
        for offset in first..<first + 4 { word = word << 8 | (offset < bytes.count ? UInt32(bytes[offset]) : 0) }
        return (word << UInt32(position % 8)) >> UInt32(32 - count)
    }
}
