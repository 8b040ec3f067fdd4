/// Takes NAL units out of payloads, by what the RFC of a codec says of their headers; shares no code with the packetizers.
private struct NALUnitDepacketizer {
    enum ThirdBit { case ofType, reserved, pictureEnd }

    /// Bytes of a NAL unit's header, and of a payload's.
    let header: Int
    /// Types of NAL units that are sent alone.
    let single: ClosedRange<UInt8>
    let aggregate: UInt8
    let fragment: UInt8
    let type: ([UInt8]) -> UInt8
    /// The header of the unit that a fragment is of.
    let original: ([UInt8]) -> [UInt8]
    /// What the third bit of a fragment's header is.
    let thirdBit: ThirdBit
    /// Whether an aggregate's header follows from those of its units.
    var fits: (_ payload: [UInt8], _ units: [[UInt8]]) -> Bool = { _, _ in true }

    /// Those of one access unit.
    func units(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
        var units: [[UInt8]] = []
        var fragments: [UInt8]?
        for payload in payloads {
            guard payload.count >= header else { throw DepacketizationError("no payload header") }
            let type = type(payload)
            if fragments != nil, type != fragment { throw DepacketizationError("fragments interrupted") }
            switch type {
            case single: units.append(payload)
            case aggregate: units += try aggregated(payload)
            case fragment:
                let isLast = try append(payload, to: &fragments)
                if isLast {
                    units.append(fragments!)
                    fragments = nil
                }
            default: throw DepacketizationError("packet type \(type)")
            }
        }
        if fragments != nil { throw DepacketizationError("fragments without end") }
        return units
    }

    private func aggregated(_ payload: [UInt8]) throws -> [[UInt8]] {
        var units: [[UInt8]] = []
        var rest = payload.dropFirst(header)
        while !rest.isEmpty {
            guard rest.count >= 2 else { throw DepacketizationError("half a length") }
            let length = Int(rest.removeFirst()) * 256 + Int(rest.removeFirst())
            guard length >= header, length <= rest.count else {
                throw DepacketizationError("length \(length) of \(rest.count)")
            }
            units.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard fits(payload, units) else { throw DepacketizationError("an aggregate's header") }
        return units
    }

    /// Whether it was the last one.
    private func append(_ payload: [UInt8], to fragments: inout [UInt8]?) throws -> Bool {
        guard payload.count > header + 1 else { throw DepacketizationError("fragment without data") }
        let flags = payload[header]
        let (isStart, isEnd) = (flags & 0x80 != 0, flags & 0x40 != 0)
        if isStart && isEnd { throw DepacketizationError("S and E") }
        if isStart != (fragments == nil) { throw DepacketizationError("S is wrong") }
        if flags & 0x20 != 0, thirdBit == .reserved || thirdBit == .pictureEnd && !isEnd {
            throw DepacketizationError("R, or P before the end")
        }
        let original = original(payload)
        if let sofar = fragments, Array(sofar[..<header]) != original { throw DepacketizationError("header changes") }
        fragments = (fragments ?? original) + payload[(header + 1)...]
        return isEnd
    }
}

/// The NAL units in the payloads of one access unit, RFC 6184 5.6 to 5.8. NRI is the highest of an aggregate's.
func depacketizeH264(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
    try NALUnitDepacketizer(
        header: 1, single: 1...23, aggregate: 24, fragment: 28, type: { $0[0] % 32 },
        original: { [$0[0] & 0xE0 | $0[1] & 0x1F] }, thirdBit: .reserved,
        fits: { payload, units in payload[0] & 0x60 == units.map { $0[0] & 0x60 }.max() ?? 0 }
    ).units(payloads)
}

/// The same, RFC 7798 4.4.1 to 4.4.3, without DONL. TID is the lowest of an aggregate's.
func depacketizeH265(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
    try NALUnitDepacketizer(
        header: 2, single: 0...47, aggregate: 48, fragment: 49, type: { $0[0] / 2 % 64 },
        original: { [$0[0] & 0x81 | ($0[2] & 0x3F) << 1, $0[1]] }, thirdBit: .ofType,
        fits: { payload, units in payload[1] & 7 == units.map { $0[1] & 7 }.min() ?? 7 }
    ).units(payloads)
}

/// The same, RFC 9328 4.3, without DONL.
func depacketizeH266(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
    try NALUnitDepacketizer(
        header: 2, single: 0...27, aggregate: 28, fragment: 29, type: { $0[1] >> 3 },
        original: { [$0[0], $0[1] & 7 | ($0[2] & 0x1F) << 3] }, thirdBit: .pictureEnd,
        fits: { payload, units in payload[1] & 7 == units.map { $0[1] & 7 }.min() ?? 7 }
    ).units(payloads)
}
