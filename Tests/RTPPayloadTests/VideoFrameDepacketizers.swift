/// What a VP8 payload descriptor says: RFC 7741 4.2.
struct VP8Descriptor: Equatable {
    var isUnreferenced: Bool
    var beginsPartition: Bool
    var partition: UInt8
    /// Nil without one; modulo 128 or 32,768.
    var pictureID: UInt16?
    var data: [UInt8]

    init(_ payload: [UInt8]) throws {
        var rest = payload[...]
        func next() throws -> UInt8 {
            guard let byte = rest.popFirst() else { throw DepacketizationError("descriptor cut short") }
            return byte
        }
        let first = try next()
        guard first & 0x48 == 0 else { throw DepacketizationError("R is not 0") }
        isUnreferenced = first & 0x20 != 0
        beginsPartition = first & 0x10 != 0
        partition = first & 7
        if first & 0x80 != 0 {
            let extensions = try next()
            if extensions & 0x80 != 0 {
                let identifier = try next()
                pictureID = UInt16(identifier)
                if identifier & 0x80 != 0 { pictureID = try UInt16(identifier & 0x7F) << 8 | UInt16(next()) }
            }
            if extensions & 0x40 != 0 { _ = try next() }
            if extensions & 0x30 != 0 { _ = try next() }
        }
        guard !rest.isEmpty else { throw DepacketizationError("no data") }
        data = Array(rest)
    }
}

/// The frame in the payloads of one timestamp, RFC 7741 4.5.1.
func depacketizeVP8(_ payloads: [[UInt8]]) throws -> (frame: [UInt8], descriptors: [VP8Descriptor]) {
    let descriptors = try payloads.map { try VP8Descriptor($0) }
    guard let first = descriptors.first, first.beginsPartition, first.partition == 0 else {
        throw DepacketizationError("not the beginning of a frame")
    }
    guard descriptors.allSatisfy({ $0.pictureID == first.pictureID && $0.isUnreferenced == first.isUnreferenced })
    else {
        throw DepacketizationError("descriptors differ")
    }
    guard zip(descriptors, descriptors.dropFirst()).allSatisfy({ $0.partition <= $1.partition }) else {
        throw DepacketizationError("partitions out of order")
    }
    return (descriptors.flatMap(\.data), descriptors)
}

/// What a VP9 payload descriptor says: RFC 9628 4.2.
struct VP9Descriptor: Equatable {
    var pictureID: UInt16?
    var isPredicted: Bool
    var begins: Bool
    var ends: Bool
    /// Of the scalability structure's one layer.
    var size: [Int]?
    var data: [UInt8]

    /// Without layer indices, not flexible.
    init(_ payload: [UInt8]) throws {
        var rest = payload[...]
        func next() throws -> UInt8 {
            guard let byte = rest.popFirst() else { throw DepacketizationError("descriptor cut short") }
            return byte
        }
        let first = try next()
        guard first & 0x31 == 0 else { throw DepacketizationError("L, F or Z is set") }
        isPredicted = first & 0x40 != 0
        begins = first & 0x08 != 0
        ends = first & 0x04 != 0
        if first & 0x80 != 0 {
            let identifier = try next()
            pictureID = UInt16(identifier)
            if identifier & 0x80 != 0 { pictureID = try UInt16(identifier & 0x7F) << 8 | UInt16(next()) }
        }
        if first & 0x02 != 0 {
            let structure = try next()
            guard structure & 0xE7 == 0 else { throw DepacketizationError("layers, or reserved bits") }
            if structure & 0x10 != 0 {
                size = [try Int(next()) << 8 | Int(next()), try Int(next()) << 8 | Int(next())]
            }
            if structure & 0x08 != 0 {
                for _ in 0..<(try next()) {
                    let references = try next() >> 2 & 3
                    for _ in 0..<references { _ = try next() }
                }
            }
        }
        guard !rest.isEmpty else { throw DepacketizationError("no data") }
        data = Array(rest)
    }
}

/// The picture in the payloads of one timestamp, RFC 9628 4.
func depacketizeVP9(_ payloads: [[UInt8]]) throws -> (picture: [UInt8], descriptors: [VP9Descriptor]) {
    let descriptors = try payloads.map { try VP9Descriptor($0) }
    for (index, descriptor) in descriptors.enumerated() {
        guard descriptor.begins == (index == 0), descriptor.ends == (index == descriptors.count - 1) else {
            throw DepacketizationError("B or E")
        }
        guard descriptor.pictureID == descriptors[0].pictureID, descriptor.isPredicted == descriptors[0].isPredicted
        else { throw DepacketizationError("descriptors differ") }
    }
    return (descriptors.flatMap(\.data), descriptors)
}

/// The OBUs in the payloads of one timestamp, as they were sent, and whether a coded video sequence begins: RTP Payload
/// Format For AV1 4.4 and 4.5.
func depacketizeAV1(_ payloads: [[UInt8]]) throws -> (units: [[UInt8]], beginsSequence: Bool) {
    var units: [[UInt8]] = []
    var isCut = false
    for (index, payload) in payloads.enumerated() {
        guard let header = payload.first, payload.count > 1, header & 0x07 == 0 else {
            throw DepacketizationError("header")
        }
        guard (header & 0x80 != 0) == isCut else { throw DepacketizationError("Z") }
        guard index == 0 || header & 0x08 == 0 else { throw DepacketizationError("N behind the first packet") }
        let count = Int(header >> 4 & 3)
        var rest = payload.dropFirst()
        var number = 0
        while !rest.isEmpty {
            number += 1
            var size = rest.count
            if number != count {
                size = 0
                var shift = 0
                while true {
                    guard let byte = rest.popFirst() else { throw DepacketizationError("size cut short") }
                    size |= Int(byte & 0x7F) << shift
                    shift += 7
                    if byte & 0x80 == 0 { break }
                }
            }
            guard size > 0, size <= rest.count else { throw DepacketizationError("size \(size) of \(rest.count)") }
            if isCut { units[units.count - 1] += rest.prefix(size) } else { units.append(Array(rest.prefix(size))) }
            isCut = false
            rest = rest.dropFirst(size)
        }
        guard count == 0 || number == count else { throw DepacketizationError("\(number) elements, W is \(count)") }
        isCut = header & 0x40 != 0
    }
    guard !isCut else { throw DepacketizationError("Y on the last packet") }
    return (units, payloads.first.map { $0[0] & 0x08 != 0 } ?? false)
}
