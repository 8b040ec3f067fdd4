/// A payload taken apart: RFC 4587 4.1.
struct H261Payload {
    /// SBIT and EBIT.
    let skipped: Int
    let unused: Int
    /// I, V, GOBN, MBAP, QUANT, HMVD, VMVD: 26 bits.
    let fields: UInt32
    /// Those of the picture, each in a byte of its own.
    let bits: ArraySlice<UInt8>

    init(_ payload: [UInt8]) throws {
        guard payload.count > 4 else { throw DepacketizationError("empty payload") }
        (skipped, unused) = (Int(payload[0] >> 5), Int(payload[0] >> 2 & 7))
        fields = payload[0..<4].reduce(0) { $0 << 8 | UInt32($1) } & 0x3FF_FFFF
        let all = Self.bits(Array(payload[4...]))
        guard skipped + unused < all.count else { throw DepacketizationError("no bits") }
        bits = all[skipped..<all.count - unused]
    }

    static func bits(_ bytes: [UInt8]) -> [UInt8] { bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } } }

    static func bytes(_ bits: [UInt8]) throws -> [UInt8] {
        guard bits.count % 8 == 0 else { throw DepacketizationError("bits without a byte") }
        return stride(from: 0, to: bits.count, by: 8).map { bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
    }
}
