/// One AudioSyncStream element of LOAS (ISO/IEC 14496-3 1.7.2): AAC in LATM, with its configuration in it now and then.
///
/// ```
/// | 0x2B7 (11) | bytes (13) | useSameStreamMux (1) | StreamMuxConfig, if that is 0 | length of the frame | the frame, at any bit | ...
/// ```
/// Read is what broadcasters send: one programme of one layer, one frame in each element (tables 1.41 to 1.45).
package struct LATMElement: Hashable, Sendable {
    /// An AudioSpecificConfig, and what it says of a frame's length.
    package struct Configuration: Hashable, Sendable {
        /// Where it lies in the element: bits from the start.
        package let bits: Range<Int>
        /// Of these, what a StreamMuxConfig of version 0 can hold, which does not state a length: all but a backward compatible extension.
        package let core: Range<Int>
        /// Of the core coder: SBR doubles it.
        package let rate: Int32
        /// In a frame of the core coder.
        package let samples: Int
    }

    /// Nil if that of the element before goes on.
    package let configuration: Configuration?
    /// First bit of the frame.
    package let frameStart: Int
    /// Bytes of the frame.
    package let frameSize: Int

    /// - Throws: a reason, a clause for a person.
    package init(_ unit: RawSpan) throws(LATMError) {
        // SAFETY: the pointer is used inside the closure alone, within its bounds.
        self = try unit.withUnsafeBytes { (bytes) throws(LATMError) in try LATMElement(bytes) }
    }

    private init(_ unit: UnsafeRawBufferPointer) throws(LATMError) {
        var reader = LATMReader(unit)
        guard try reader.bits(11) == 0x2B7 else { throw LATMError("no LOAS sync word") }
        // What the length says is that of the unit, which a parser has cut by it.
        _ = try reader.bits(13)
        configuration = try reader.bits(1) == 1 ? nil : reader.streamMuxConfig()
        var size = 0
        while true {
            let part = Int(try reader.bits(8))
            size += part
            if part < 255 { break }
        }
        (frameStart, frameSize) = (reader.position, size)
        guard size <= (unit.count * 8 - reader.position) / 8 else { throw LATMError("LATM frame cut off") }
    }

    /// Appends the bits from `start` on to `bytes`, filled up to whole bytes with zeros.
    /// - Precondition: they lie in `unit`; checked.
    package static func append(_ count: Int, bitsFrom start: Int, of unit: RawSpan, to bytes: inout [UInt8]) {
        precondition(start >= 0 && count >= 0 && start + count <= unit.byteCount * 8)
        let (first, shift) = (start / 8, start % 8)
        for index in 0..<(count + 7) / 8 {
            var byte = unit.unsafeLoad(fromByteOffset: first + index, as: UInt8.self) << UInt8(shift)
            if shift > 0, first + index + 1 < unit.byteCount {
                byte |= unit.unsafeLoad(fromByteOffset: first + index + 1, as: UInt8.self) >> UInt8(8 - shift)
            }
            bytes.append(byte)
        }
        if count % 8 > 0 { bytes[bytes.count - 1] &= 0xFF << UInt8(8 - count % 8) }
    }
}

/// Why an element cannot be taken apart.
package struct LATMError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    init(_ reason: String) { self.reason = reason }
    package var description: String { reason }
}

/// Reads the bits of an element.
private struct LATMReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Up to 32.
    mutating func bits(_ count: Int) throws(LATMError) -> UInt32 {
        guard position + count <= bytes.count * 8 else { throw LATMError("LATM element cut off") }
        var value: UInt32 = 0
        for bit in position..<position + count {
            value = value << 1 | UInt32(bytes[bit / 8] >> UInt8(7 - bit % 8) & 1)
        }
        position += count
        return value
    }

    /// Table 1.42.
    mutating func streamMuxConfig() throws(LATMError) -> LATMElement.Configuration {
        let version = try bits(1)
        if version == 1 {
            guard try bits(1) == 0 else { throw LATMError("LATM of a version that is not defined") }
            _ = try latmValue()
        }
        guard try bits(1) == 1, try bits(6) == 0, try bits(4) == 0, try bits(3) == 0 else {
            throw LATMError("LATM of several programmes, layers or frames in an element")
        }
        let length = version == 1 ? Int(try latmValue()) : nil
        let start = position
        let frame = try audioSpecificConfig()
        let core = start..<position
        if let length {
            guard position <= start + length else { throw LATMError("AudioSpecificConfig longer than LATM says") }
            position = start
            for _ in 0..<length { _ = try bits(1) }
        }
        let configuration = LATMElement.Configuration(
            bits: start..<position, core: core, rate: frame.rate, samples: frame.samples)
        guard try bits(3) == 0 else { throw LATMError("LATM frames of fixed length") }
        _ = try bits(8)
        try skipOtherData(version: version)
        return configuration
    }

    private mutating func skipOtherData(version: UInt32) throws(LATMError) {
        if try bits(1) == 1 {
            if version == 1 {
                _ = try latmValue()
            } else {
                while try bits(1) == 1 { _ = try bits(8) }
                _ = try bits(8)
            }
        }
        if try bits(1) == 1 { _ = try bits(8) }
    }

    /// LatmGetValue(), table 1.43.
    private mutating func latmValue() throws(LATMError) -> UInt32 {
        let count = Int(try bits(2))
        return try bits(8 * (count + 1))
    }

    /// Table 1.15, up to what follows it in version 0, which has no extension behind it.
    private mutating func audioSpecificConfig() throws(LATMError) -> (rate: Int32, samples: Int) {
        var type = try audioObjectType()
        let rate = try samplingFrequency()
        let channels = try bits(4)
        if type == 5 || type == 29 {
            _ = try samplingFrequency()
            type = try audioObjectType()
        }
        guard [1, 2, 4].contains(type) else { throw LATMError("audio object type \(type) in LATM") }
        guard channels > 0 else { throw LATMError("LATM without a channel configuration") }
        // GASpecificConfig, table 4.1.
        let isShort = try bits(1) == 1
        if try bits(1) == 1 { _ = try bits(14) }
        guard try bits(1) == 0 else { throw LATMError("an extension of AAC in LATM") }
        return (rate, isShort ? 960 : 1024)
    }

    private mutating func audioObjectType() throws(LATMError) -> UInt32 {
        let type = try bits(5)
        return type < 31 ? type : 32 + (try bits(6))
    }

    private mutating func samplingFrequency() throws(LATMError) -> Int32 {
        let rates: [Int32] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
        ]
        let index = Int(try bits(4))
        let rate = index == 15 ? Int32(try bits(24)) : index < rates.count ? rates[index] : 0
        guard rate > 0 else { throw LATMError("LATM without a sampling rate") }
        return rate
    }
}
