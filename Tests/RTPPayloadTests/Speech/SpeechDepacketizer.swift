import MediaCore

/// Frames as they are stored, from payloads: written from the RFCs, bit by bit.
struct SpeechDepacketizer {
    private let codec: CodecDescription

    init(_ codec: CodecDescription) { self.codec = codec }

    func frames(of payload: [UInt8]) throws -> [UInt8] {
        switch codec.codec {
        case .amr: try amr(payload, speech: [12, 13, 15, 17, 19, 20, 26, 31, 5], empty: 15...15)
        case .amrWB: try amr(payload, speech: [17, 23, 32, 36, 40, 46, 50, 58, 60, 5], empty: 14...15)
        case .qcelp: try qcelp(payload)
        case .evrc: try evrc(payload)
        case .gsmMS: try microsoft(payload)
        case .g726(.mostSignificantFirst): turned(payload)
        default: payload
        }
    }

    /// RFC 4867 4.4.
    private func amr(_ payload: [UInt8], speech: [Int], empty: ClosedRange<Int>) throws -> [UInt8] {
        guard payload.first == 0xF0 else { throw DepacketizationError("CMR") }
        var table: [UInt8] = []
        for entry in payload.dropFirst() {
            table.append(entry)
            if entry & 0x80 == 0 { break }
        }
        var (unit, offset) = ([UInt8](), 1 + table.count)
        for entry in table {
            let type = Int(entry >> 3 & 15)
            guard speech.indices.contains(type) || empty.contains(type), entry & 3 == 0 else {
                throw DepacketizationError("type \(type)")
            }
            let length = speech.indices.contains(type) ? speech[type] : 0
            guard offset + length <= payload.count else { throw DepacketizationError("speech") }
            unit += [entry & 0x7F] + payload[offset..<offset + length]
            offset += length
        }
        guard offset == payload.count, !table.isEmpty else { throw DepacketizationError("length") }
        return unit
    }

    /// RFC 2658 3: no interleaving.
    private func qcelp(_ payload: [UInt8]) throws -> [UInt8] {
        guard payload.first == 0, payload.count > 1 else { throw DepacketizationError("RR, LLL, NNN") }
        return Array(payload[1...])
    }

    /// RFC 3558 4.1.
    private func evrc(_ payload: [UInt8]) throws -> [UInt8] {
        guard payload.count > 2, payload[0] == 0 else { throw DepacketizationError("RR, LLL, NNN") }
        let count = Int(payload[1]) + 1
        let nibbles = payload[2...].flatMap { [$0 >> 4, $0 & 15] }
        var (unit, offset) = ([UInt8](), 2 + (count + 1) / 2)
        if count % 2 == 1, nibbles[count] != 0 { throw DepacketizationError("padding") }
        for type in nibbles.prefix(count) {
            let length = [0: 0, 1: 2, 3: 10, 4: 22, 5: 0][type]
            guard let length, offset + length <= payload.count else { throw DepacketizationError("type \(type)") }
            unit += [type] + payload[offset..<offset + length]
            offset += length
        }
        guard offset == payload.count else { throw DepacketizationError("length") }
        return unit
    }

    /// Two frames of RFC 3551 4.5.8.1, each parameter's bits the other way round.
    private func microsoft(_ payload: [UInt8]) throws -> [UInt8] {
        var bits: [UInt8] = []
        for frame in stride(from: 0, to: payload.count, by: 33) {
            let source = payload[frame..<min(frame + 33, payload.count)].flatMap { byte in
                (0..<8).map { byte >> (7 - $0) & 1 }
            }
            guard source.count == 264, Array(source[..<4]) == [1, 1, 0, 1] else {
                throw DepacketizationError("signature")
            }
            var place = 4
            let subframe = [7, 2, 2, 6] + Array(repeating: 3, count: 13)
            for width in [6, 6, 5, 5, 4, 4, 3, 3] + subframe + subframe + subframe + subframe {
                bits += source[place..<place + width].reversed()
                place += width
            }
        }
        return bytes(bits, mostSignificantFirst: false)
    }

    /// G.726 codes, the last bit of each first.
    private func turned(_ payload: [UInt8]) -> [UInt8] {
        let width = codec.bitsPerSample
        let source = payload.flatMap { byte in (0..<8).map { byte >> $0 & 1 } }
        let bits = stride(from: 0, to: source.count, by: width).flatMap { source[$0..<$0 + width].reversed() }
        return bytes(bits, mostSignificantFirst: true)
    }

    private func bytes(_ bits: [UInt8], mostSignificantFirst: Bool) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].enumerated().reduce(0) { byte, bit in
                byte | bit.element << (mostSignificantFirst ? 7 - bit.offset : bit.offset)
            }
        }
    }
}
