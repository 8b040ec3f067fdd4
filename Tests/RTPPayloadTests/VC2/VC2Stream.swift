import ByteFixtures

/// Bytes of VC-2, written from SMPTE 2042-1.
enum VC2Stream {
    /// `BBCD`, the code, both offsets.
    static func unit(_ code: UInt8, _ contents: [UInt8], next: Int? = nil) -> [UInt8] {
        let size = next ?? contents.count + 13
        return Array("BBCD".utf8) + [code] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
            + hex("00000000") + contents
    }

    /// Bits of it after zeros, one ends it: A.4.3.
    static func golomb(_ value: Int) -> String {
        let digits = String(value + 1, radix: 2).dropFirst()
        return digits.map { "0\($0)" }.joined() + "1"
    }

    static func bytes(_ bits: String) -> [UInt8] {
        let digits = Array(bits + String(repeating: "0", count: (8 - bits.utf8.count % 8) % 8))
        return stride(from: 0, to: digits.count, by: 8).map { UInt8(String(digits[$0..<$0 + 8]), radix: 2)! }
    }

    /// Version, 0, profile 3 (HQ), level 0, base video format 1; `custom` are the flags and what follows each.
    static func sequenceHeader(
        version: Int = 2, codesFields: Bool = false, custom: String = String(repeating: "0", count: 8)
    ) -> [UInt8] {
        bytes([version, 0, 3, 0, 1].map { golomb($0) }.joined() + custom + golomb(codesFields ? 1 : 0))
    }

    /// Headers with each of the things that may be customized, and whether pictures are fields: 11.4.3 to 11.4.10.
    static let customHeaders: [(header: [UInt8], codesFields: Bool)] = {
        func numbers(_ values: Int...) -> String { values.map { golomb($0) }.joined() }
        let size = "1" + numbers(720, 576)
        let one = "1" + numbers(1)
        let rate = "1" + numbers(0, 30_000, 1001)
        let aspect = "1" + numbers(0, 12, 11)
        let area = "1" + numbers(704, 576, 8, 0)
        let range = "1" + numbers(0, 16, 219, 128, 224)
        let colors = "1" + numbers(0) + "1" + numbers(1) + "0" + "1" + numbers(3)
        let customs = [
            "00000000", size + one + one + rate + aspect + area + range + colors, "000" + one + one + "0" + one + one,
            "000" + rate + "00" + one + "0",
        ]
        return customs.flatMap { custom in
            [false, true].map { (sequenceHeader(codesFields: $0, custom: custom), $0) }
        } + [(bytes(numbers(2, 0)), false), (sequenceHeader(custom: "1111"), false)]
    }()

    /// A picture of 3 by 2 slices, one byte before each, sizes in twos; wavelet 1, depth 2, and for version 3 depth 1 of widths alone.
    /// - Parameter lengths: of each component of each slice, in twos.
    static func picture(_ lengths: [[UInt8]], number: UInt8 = 7, matrix: Bool = false, version: Int = 2) -> [UInt8] {
        let extended = version >= 3 ? "1" + golomb(1) + "1" + golomb(1) : ""
        var bits = [1, 2].map { golomb($0) }.joined() + extended
        bits += [3, 2, 1, 2].map { golomb($0) }.joined() + (matrix ? "1" : "0")
        if matrix { bits += (0...(version >= 3 ? 7 : 6)).map { golomb($0) }.joined() }
        let slices = lengths.flatMap { slice -> [UInt8] in
            [0xEE, 9] + slice.flatMap { [$0] + [UInt8](repeating: 0x5A, count: 2 * Int($0)) }
        }
        return [0, 0, 0, number] + bytes(bits) + slices
    }
}

/// A data unit that came in packets; a picture's fragments are joined.
struct VC2Part: Equatable {
    let code: UInt8
    /// The two flags of RFC 8450 4.2: 2 interlaced, 1 second field.
    let flags: UInt8
    /// Slice prefix bytes and size scaler.
    var sizes: [UInt8] = []
    var contents: [UInt8]
}

/// Data units by RFC 8450 4: sequence headers as they are, fragments joined to pictures, which end at the marker.
/// - Parameter columns: slices in a row, by which their places are checked; nil for packets that state none.
func depacketizeVC2(_ packets: [[UInt8]], columns: Int? = 3) throws -> [VC2Part] {
    var parts: [VC2Part] = []
    var slice = 0
    var isOpen = false
    for packet in packets {
        let payload = Array(packet[12...])
        guard payload.count >= 4, payload.prefix(2) == [0, 0] else { throw DepacketizationError("header") }
        let isMarked = packet[1] & 0x80 != 0
        guard payload[3] == 0xEC else {
            guard !isOpen, !isMarked, payload[2] == 0 else { throw DepacketizationError("inside a picture") }
            parts.append(VC2Part(code: payload[3], flags: 0, contents: Array(payload[4...])))
            continue
        }
        let word = { (offset: Int) in Int(payload[offset]) << 8 | Int(payload[offset + 1]) }
        let (length, count) = (word(12), word(14))
        if count == 0 {
            guard !isOpen, !isMarked else { throw DepacketizationError("parameters inside a picture") }
            parts.append(
                VC2Part(code: 0xE8, flags: payload[2], sizes: Array(payload[8..<12]), contents: Array(payload[4..<8])))
            (isOpen, slice) = (true, 0)
        } else if let columns {
            guard word(16) == slice % columns, word(18) == slice / columns else {
                throw DepacketizationError("slice place")
            }
        }
        let data = payload[(count == 0 ? 16 : 20)...]
        guard isOpen, var part = parts.popLast(), data.count == length, part.flags == payload[2],
            part.contents.prefix(4) == payload[4..<8], part.sizes == Array(payload[8..<12])
        else { throw DepacketizationError("fragment") }
        part.contents += data
        parts.append(part)
        slice += count
        if isMarked { isOpen = false }
    }
    guard !isOpen else { throw DepacketizationError("picture without an end") }
    return parts
}
