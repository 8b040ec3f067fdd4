/// The frames' bytes in the payloads of one unit, RFC 2250 3.5: a payload at offset 0 begins a frame.
func depacketizeMPEGAudio(_ payloads: [[UInt8]]) throws -> [UInt8] {
    var unit: [UInt8] = []
    var frame = 0
    for payload in payloads {
        guard payload.count > 4, payload[0] == 0, payload[1] == 0 else { throw DepacketizationError("MBZ") }
        let offset = Int(payload[2]) * 256 + Int(payload[3])
        if offset == 0 { frame = unit.count }
        guard offset == unit.count - frame else { throw DepacketizationError("Frag_offset \(offset)") }
        unit += payload[4...]
    }
    return unit
}

/// The payloads of one AC-3 unit without their headers, RFC 4184 4.1.1, and the frames or fragments that those count.
func depacketizeAC3(_ packets: [[UInt8]]) throws -> (unit: [UInt8], types: [UInt8]) {
    var unit: [UInt8] = []
    var types: [UInt8] = []
    var fragments = 0
    var announced = 0
    for packet in packets {
        let (isMarked, payload) = (packet[1] & 0x80 != 0, packet[12...])
        let (type, count) = (payload[12], Int(payload[13]))
        guard payload.count > 2, type < 4, count > 0 else { throw DepacketizationError("FT or NF") }
        switch type {
        case 0:
            guard fragments == announced, isMarked else { throw DepacketizationError("whole frames") }
        case 1, 2:
            guard fragments == announced, !isMarked, count > 1 else { throw DepacketizationError("first fragment") }
            (fragments, announced) = (1, count)
        default:
            fragments += 1
            guard count == announced, fragments <= count, isMarked == (fragments == count) else {
                throw DepacketizationError("fragment \(fragments) of \(announced)")
            }
        }
        types.append(type)
        unit += payload[14...]
    }
    guard fragments == announced else { throw DepacketizationError("fragments missing") }
    return (unit, types)
}
