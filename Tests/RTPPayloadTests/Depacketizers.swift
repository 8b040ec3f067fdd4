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

/// The NAL units in the payloads of one access unit, RFC 7798 4.4.1 to 4.4.3, without DONL.
func depacketizeH265(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
    var units: [[UInt8]] = []
    var fragments: [UInt8]?
    for payload in payloads {
        guard payload.count >= 2 else { throw DepacketizationError("no payload header") }
        let type = payload[0] / 2 % 64
        if fragments != nil, type != 49 { throw DepacketizationError("fragments interrupted") }
        switch type {
        case 48:
            var rest = payload.dropFirst(2)
            var temporal: UInt8 = 7
            while !rest.isEmpty {
                guard rest.count >= 2 else { throw DepacketizationError("half a length") }
                let length = Int(rest.removeFirst()) * 256 + Int(rest.removeFirst())
                guard length >= 2, length <= rest.count else { throw DepacketizationError("length \(length)") }
                units.append(Array(rest.prefix(length)))
                temporal = min(temporal, units.last![1] & 7)
                rest = rest.dropFirst(length)
            }
            guard payload[1] & 7 == temporal else { throw DepacketizationError("TID is not the lowest") }
        case 49:
            guard payload.count > 3 else { throw DepacketizationError("fragment without data") }
            let header = [payload[0] & 0x81 | (payload[2] & 0x3F) << 1, payload[1]]
            let (isStart, isEnd) = (payload[2] & 0x80 != 0, payload[2] & 0x40 != 0)
            if isStart && isEnd { throw DepacketizationError("S and E") }
            if isStart != (fragments == nil) { throw DepacketizationError("S is wrong") }
            if let sofar = fragments, Array(sofar[..<2]) != header { throw DepacketizationError("header changes") }
            fragments = (fragments ?? header) + payload[3...]
            if isEnd {
                units.append(fragments!)
                fragments = nil
            }
        case 50...: throw DepacketizationError("packet type \(type)")
        default: units.append(payload)
        }
    }
    if fragments != nil { throw DepacketizationError("fragments without end") }
    return units
}

/// The picture in the payloads of one timestamp, RFC 4629 5.
func depacketizeH263(_ payloads: [[UInt8]]) throws -> [UInt8] {
    try payloads.flatMap { payload -> [UInt8] in
        guard payload.count >= 2, payload[0] & 0xFB == 0, payload[1] == 0 else { throw DepacketizationError("header") }
        guard payload[0] == 4 else { return Array(payload[2...]) }
        guard payload.count > 2, payload[2] >= 0x80 else { throw DepacketizationError("P without a start code") }
        return [0, 0] + payload[2...]
    }
}

/// The stream in the payloads of one timestamp, and the headers before it: RFC 2250 3.
func depacketizeMPV(_ payloads: [[UInt8]]) throws -> (unit: [UInt8], headers: [UInt32]) {
    var unit: [UInt8] = []
    var headers: [UInt32] = []
    for payload in payloads {
        guard payload.count > 4 else { throw DepacketizationError("no data") }
        headers.append(payload[..<4].reduce(0) { $0 << 8 | UInt32($1) })
        unit += payload[4...]
    }
    return (unit, headers)
}

/// What RFC 2435 says of a picture.
struct DepacketizedJPEG: Equatable {
    var type: UInt8
    var width: Int
    var height: Int
    var restart: [UInt8]
    var tables: [UInt8]
    var scan: [UInt8]
}

/// RFC 2435 3.1, for Q=255.
func depacketizeJPEG(_ payloads: [[UInt8]]) throws -> DepacketizedJPEG {
    var image: DepacketizedJPEG?
    for payload in payloads {
        guard payload.count > 8, payload[0] == 0, payload[5] == 255 else { throw DepacketizationError("main header") }
        var rest = payload[8...]
        var restart: [UInt8] = []
        if payload[4] >= 64 {
            restart = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
        }
        let offset = payload[1...3].reduce(0) { $0 << 8 | Int($1) }
        if image == nil {
            guard Array(rest.prefix(4)) == [0, 0, 0, 128] else { throw DepacketizationError("table header") }
            image = DepacketizedJPEG(
                type: payload[4], width: Int(payload[6]) * 8, height: Int(payload[7]) * 8, restart: restart,
                tables: Array(rest.dropFirst(4).prefix(128)), scan: [])
            rest = rest.dropFirst(132)
        }
        guard image!.scan.count == offset, image!.restart == restart, image!.type == payload[4] else {
            throw DepacketizationError("offset \(offset), or a header changes")
        }
        image!.scan += rest
    }
    return image!
}
