internal import MediaCore

/// What the container stores.
enum SampleEncoding: Hashable, Sendable {
    case linear(PCMFormat)
    case muLaw
    case aLaw

    /// Of one sample.
    var bytes: Int {
        switch self {
        case .linear(let format): format.bits / 8
        case .muLaw, .aLaw: 1
        }
    }
}

/// What travels, by its encoding name. All are big-endian; L8 is offset binary, L16 and L24 two's complement (RFC 3551 4.5.10, 4.5.11, RFC
/// 3190 4).
enum WireEncoding: String, Hashable, Sendable {
    case l8 = "L8"
    case l16 = "L16"
    case l24 = "L24"
    case pcmu = "PCMU"
    case pcma = "PCMA"

    /// Of one sample.
    var bytes: Int {
        switch self {
        case .l8, .pcmu, .pcma: 1
        case .l16: 2
        case .l24: 3
        }
    }
}

/// Writes stored samples as they travel. Channels keep their order.
///
/// Wider integers and floating-point numbers go to the nearest of 24 bits, halves to the even one; what is beyond the range is clamped, and
/// NaN becomes silence.
struct SampleConversion: Hashable, Sendable {
    let source: SampleEncoding
    let wire: WireEncoding
    let channels: Int

    var sourceBytesPerFrame: Int { source.bytes * channels }
    var wireBytesPerFrame: Int { wire.bytes * channels }

    /// - Returns: at least 1, since `PayloadFormat` refuses more channels than fit.
    func maximumFrames(in layout: PacketLayout) -> Int {
        (layout.maximumPacketSize - PacketWriter.headerSize) / wireBytesPerFrame
    }

    /// - Parameters:
    ///   - stored: `frames * sourceBytesPerFrame` bytes.
    ///   - target: room for `frames * wireBytesPerFrame` bytes.
    func convert(_ stored: UnsafeRawPointer, frames: Int, to target: UnsafeMutableRawPointer) {
        let count = frames * channels
        guard !isVerbatim else {
            target.copyMemory(from: stored, byteCount: count * wire.bytes)
            return
        }
        switch source {
        case .muLaw: write(stored, as: UInt8.self, count, to: target) { G711.muLaw($0) }
        case .aLaw: write(stored, as: UInt8.self, count, to: target) { G711.aLaw($0) }
        case .linear(let format):
            switch format.number {
            case .signed: writeIntegers(stored, format, mask: 0, count, to: target)
            case .unsigned: writeIntegers(stored, format, mask: 0x8000_0000_0000_0000, count, to: target)
            case .float: writeFloats(stored, format, count, to: target)
            }
        }
    }

    /// Stored just as it travels.
    private var isVerbatim: Bool {
        switch (source, wire) {
        case (.muLaw, .pcmu), (.aLaw, .pcma): true
        case (.linear(let format), .l8): format.number == .unsigned
        case (.linear(let format), .l16): format == PCMFormat(.signed, bits: 16, isBigEndian: true)
        case (.linear(let format), .l24): format == PCMFormat(.signed, bits: 24, isBigEndian: true)
        default: false
        }
    }

    /// - Parameter mask: flips the sign bit of unsigned samples.
    private func writeIntegers(
        _ stored: UnsafeRawPointer, _ format: PCMFormat, mask: UInt64, _ count: Int,
        to target: UnsafeMutableRawPointer
    ) {
        let flip = UInt32(truncatingIfNeeded: mask >> 32)
        switch (format.bits, format.isBigEndian) {
        case (8, _):
            write(stored, as: UInt8.self, count, to: target) { Int32(bitPattern: UInt32($0) << 24 ^ flip) }
        case (16, true):
            write(stored, as: UInt16.self, count, to: target) {
                Int32(bitPattern: UInt32(UInt16(bigEndian: $0)) << 16 ^ flip)
            }
        case (16, false):
            write(stored, as: UInt16.self, count, to: target) {
                Int32(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16 ^ flip)
            }
        case (24, true):
            write(stored, as: ThreeBytes.self, count, to: target) {
                Int32(bitPattern: (UInt32($0.0) << 24 | UInt32($0.1) << 16 | UInt32($0.2) << 8) ^ flip)
            }
        case (24, false):
            write(stored, as: ThreeBytes.self, count, to: target) {
                Int32(bitPattern: (UInt32($0.2) << 24 | UInt32($0.1) << 16 | UInt32($0.0) << 8) ^ flip)
            }
        case (32, let isBigEndian):
            write(stored, as: UInt32.self, count, to: target) {
                let bits = isBigEndian ? UInt32(bigEndian: $0) : UInt32(littleEndian: $0)
                return Self.rounded(Int64(Int32(bitPattern: bits ^ flip)) << 32)
            }
        case (_, let isBigEndian):
            write(stored, as: UInt64.self, count, to: target) {
                let bits = isBigEndian ? UInt64(bigEndian: $0) : UInt64(littleEndian: $0)
                return Self.rounded(Int64(bitPattern: bits ^ mask))
            }
        }
    }

    private typealias ThreeBytes = (UInt8, UInt8, UInt8)

    private func writeFloats(
        _ stored: UnsafeRawPointer, _ format: PCMFormat, _ count: Int, to target: UnsafeMutableRawPointer
    ) {
        let isBigEndian = format.isBigEndian
        if format.bits == 32 {
            write(stored, as: UInt32.self, count, to: target) {
                Self.rounded(
                    Double(Float(bitPattern: isBigEndian ? UInt32(bigEndian: $0) : UInt32(littleEndian: $0))))
            }
        } else {
            write(stored, as: UInt64.self, count, to: target) {
                Self.rounded(Double(bitPattern: isBigEndian ? UInt64(bigEndian: $0) : UInt64(littleEndian: $0)))
            }
        }
    }

    /// The upper 24 of 64 bits, as `write` takes them.
    @inline(__always)
    private static func rounded(_ sample: Int64) -> Int32 {
        let floor = Int32(truncatingIfNeeded: sample >> 40)
        let rest = sample & 0xFF_FFFF_FFFF
        let half: Int64 = 0x80_0000_0000
        let isUp = rest > half || rest == half && floor & 1 == 1
        return min(floor + (isUp ? 1 : 0), 0x7F_FFFF) << 8
    }

    /// From -1...1, as `write` takes it.
    @inline(__always)
    private static func rounded(_ sample: Double) -> Int32 {
        guard !sample.isNaN else { return 0 }
        let scaled = (sample * 0x80_0000).rounded(.toNearestOrEven)
        return Int32(max(-0x80_0000, min(scaled, 0x7F_FFFF))) << 8
    }

    /// - Parameter load: of a stored sample, the value in the upper bits of 32; those that do not travel are zero.
    @inline(__always)
    private func write<Stored: BitwiseCopyable>(
        _ stored: UnsafeRawPointer, as: Stored.Type, _ count: Int, to target: UnsafeMutableRawPointer,
        _ load: (Stored) -> Int32
    ) {
        let stride = MemoryLayout<Stored>.size
        switch wire {
        case .l16:
            for index in 0..<count {
                let value = load(stored.loadUnaligned(fromByteOffset: index * stride, as: Stored.self))
                target.storeBytes(
                    of: UInt16(truncatingIfNeeded: value >> 16).bigEndian, toByteOffset: 2 * index, as: UInt16.self)
            }
        case .l24:
            for index in 0..<count {
                let value = load(stored.loadUnaligned(fromByteOffset: index * stride, as: Stored.self))
                target.storeBytes(
                    of: UInt8(truncatingIfNeeded: value >> 24), toByteOffset: 3 * index, as: UInt8.self)
                target.storeBytes(
                    of: UInt16(truncatingIfNeeded: value >> 8).bigEndian, toByteOffset: 3 * index + 1,
                    as: UInt16.self)
            }
        case .l8:
            for index in 0..<count {
                let value = load(stored.loadUnaligned(fromByteOffset: index * stride, as: Stored.self))
                target.storeBytes(
                    of: UInt8(truncatingIfNeeded: value >> 24) ^ 0x80, toByteOffset: index, as: UInt8.self)
            }
        case .pcmu, .pcma:
            preconditionFailure("G.711 travels verbatim or not at all")
        }
    }
}

/// ITU-T G.711 tables 1a and 2a: the value of a code in the upper 16 of 32 bits.
enum G711 {
    @inline(__always)
    static func muLaw(_ code: UInt8) -> Int32 {
        let code = ~code
        let magnitude = (Int32(code & 0x0F) << 3 + 0x84) << Int32(code >> 4 & 7) - 0x84
        return (code & 0x80 == 0 ? magnitude : -magnitude) << 16
    }

    @inline(__always)
    static func aLaw(_ code: UInt8) -> Int32 {
        let code = code ^ 0x55
        let segment = Int32(code >> 4 & 7)
        let step = Int32(code & 0x0F) << 4 + 8
        let magnitude = segment == 0 ? step : (step + 0x100) << (segment - 1)
        return (code & 0x80 == 0 ? -magnitude : magnitude) << 16
    }
}
