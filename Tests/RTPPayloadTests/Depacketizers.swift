/// Depacketizers written from the RFCs, for tests alone; they share no code with the packetizers.
struct DepacketizationError: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
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
