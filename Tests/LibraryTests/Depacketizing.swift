/// What a receiver makes of payloads: written for the tests, so that the packetizers are not asked about themselves.
enum Depacketizing {
    /// NAL units of RFC 6184 payloads.
    static func nalUnits(_ payloads: [[UInt8]]) -> [[UInt8]] {
        var units: [[UInt8]] = []
        for payload in payloads {
            switch payload[0] & 0x1F {
            case 24:
                var rest = payload.dropFirst()
                while rest.count > 2 {
                    let size = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
                    units.append(Array(rest.dropFirst(2).prefix(size)))
                    rest = rest.dropFirst(2 + size)
                }
            case 28:
                if payload[1] & 0x80 != 0 { units.append([payload[0] & 0xE0 | payload[1] & 0x1F]) }
                units[units.count - 1] += payload.dropFirst(2)
            default: units.append(payload)
            }
        }
        return units
    }

    /// NAL units of a unit as MP4 frames it.
    static func nalUnits(_ bytes: [UInt8], lengthSize: Int) -> [[UInt8]] {
        var units: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= lengthSize {
            let size = rest.prefix(lengthSize).reduce(0) { $0 << 8 | Int($1) }
            units.append(Array(rest.dropFirst(lengthSize).prefix(size)))
            rest = rest.dropFirst(lengthSize + size)
        }
        return units.filter { !$0.isEmpty }
    }

    /// The unit in RFC 3640 AAC-hbr payloads: 4 bytes of AU header section in each.
    static func aac(_ payloads: [[UInt8]]) -> [UInt8] { payloads.flatMap { $0.dropFirst(4) } }
}
