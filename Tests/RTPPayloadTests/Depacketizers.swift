/// Depacketizers written from the RFCs, for tests alone; they share no code with the packetizers.
struct DepacketizationError: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// The NAL units in the payloads of one access unit, RFC 6184 5.6 to 5.8.
func depacketizeH264(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
    var units: [[UInt8]] = []
    var fragments: [UInt8]?
    for payload in payloads {
        guard let first = payload.first else { throw DepacketizationError("empty payload") }
        if fragments != nil, first % 32 != 28 { throw DepacketizationError("fragments interrupted") }
        switch first % 32 {
        case 1...23:
            units.append(payload)
        case 24:
            var rest = payload.dropFirst()
            var importance: UInt8 = 0
            while !rest.isEmpty {
                guard rest.count >= 2 else { throw DepacketizationError("half a length") }
                let length = Int(rest.removeFirst()) * 256 + Int(rest.removeFirst())
                guard length > 0, length <= rest.count else {
                    throw DepacketizationError("length \(length) of \(rest.count)")
                }
                units.append(Array(rest.prefix(length)))
                importance = max(importance, rest.first! & 0x60)
                rest = rest.dropFirst(length)
            }
            guard first & 0x60 == importance else { throw DepacketizationError("NRI is not the highest") }
        case 28:
            guard payload.count > 2 else { throw DepacketizationError("fragment without data") }
            let header = first & 0xE0 | payload[1] & 0x1F
            let isStart = payload[1] & 0x80 != 0
            let isEnd = payload[1] & 0x40 != 0
            if isStart && isEnd || payload[1] & 0x20 != 0 { throw DepacketizationError("S and E, or R") }
            if isStart != (fragments == nil) { throw DepacketizationError("S is wrong") }
            if let sofar = fragments, sofar[0] != header { throw DepacketizationError("header changes") }
            fragments = (fragments ?? [header]) + payload[2...]
            if isEnd {
                units.append(fragments!)
                fragments = nil
            }
        default:
            throw DepacketizationError("packet type \(first % 32)")
        }
    }
    if fragments != nil { throw DepacketizationError("fragments without end") }
    return units
}

/// The access unit in the payloads of one timestamp, RFC 3640 3.2 with sizelength=13, indexlength=3.
func depacketizeAAC(_ payloads: [[UInt8]]) throws -> [UInt8] {
    var unit: [UInt8] = []
    var announced: Int?
    for payload in payloads {
        guard payload.count > 4, payload[0] == 0, payload[1] == 16 else {
            throw DepacketizationError("AU-headers-length")
        }
        let header = Int(payload[2]) * 256 + Int(payload[3])
        guard header % 8 == 0 else { throw DepacketizationError("AU-index") }
        guard announced == nil || announced == header / 8 else { throw DepacketizationError("AU-size changes") }
        announced = header / 8
        unit += payload[4...]
    }
    guard unit.count == announced else { throw DepacketizationError("\(unit.count) bytes of \(announced ?? 0)") }
    return unit
}
