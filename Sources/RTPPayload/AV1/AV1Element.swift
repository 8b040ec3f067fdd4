internal import MediaCore

/// An OBU as it is sent: its header without a size, then its payload.
struct AV1Element: Hashable, Sendable {
    /// Of the payload, in the unit.
    let offset: Int32
    /// Of the payload.
    let length: Int32
    let header: UInt8
    /// The header's second byte, if there is one.
    let layers: UInt8?
    /// The packetizer's own sequence header, whose bytes begin with the header.
    let isStored: Bool

    private var headerSize: Int { layers == nil ? 1 : 2 }
    /// Bytes, header included.
    var size: Int { headerSize + Int(length) }

    /// A temporal unit has far fewer OBUs; what claims more is damaged. Bounds the packetizer's memory.
    static let maximumElements = 8192
    /// Offsets fit in 31 bits with room to spare. Readers have a lower bound of their own.
    private static let maximumUnit = 1 << 30

    private init(_ unit: AV1OBU) {
        offset = Int32(truncatingIfNeeded: unit.payload.lowerBound)
        length = Int32(truncatingIfNeeded: unit.payload.count)
        (header, layers, isStored) = (unit.header, unit.layers, false)
    }

    init(stored: AV1StoredHeader) {
        header = stored.bytes[0]
        layers = header & 0x04 != 0 ? stored.bytes[1] : nil
        let headers = layers == nil ? 1 : 2
        (offset, length, isStored) = (Int32(headers), Int32(stored.bytes.count - headers), true)
    }

    /// Puts the unit's OBUs that are sent into `elements`.
    /// - Returns: the first sequence header.
    static func split(_ bytes: RawSpan, into elements: inout [AV1Element]) throws(PacketizationError) -> AV1OBU? {
        guard bytes.byteCount <= maximumUnit else { throw .tooLarge(bytes: bytes.byteCount, limit: maximumUnit) }
        elements.removeAll(keepingCapacity: true)
        var sequenceHeader: AV1OBU?
        var offset = 0
        while offset < bytes.byteCount {
            guard let unit = AV1OBU(bytes, at: offset) else {
                throw .malformed("no open bitstream unit", offset: offset)
            }
            offset = unit.payload.upperBound
            switch unit.kind {
            case .temporalDelimiter, .tileList, .padding: continue
            case .sequenceHeader: sequenceHeader = sequenceHeader ?? unit
            default: break
            }
            guard elements.count < maximumElements else {
                throw .malformed("more than \(maximumElements) open bitstream units", offset: offset)
            }
            elements.append(AV1Element(unit))
        }
        guard !elements.isEmpty else { throw .malformed("no open bitstream unit to send", offset: 0) }
        return sequenceHeader
    }

    /// Whether both may be in one packet: of OBUs that name a layer, all must name the same (section 5).
    func sharesLayer(with other: AV1Element) -> Bool {
        guard let layers, let others = other.layers else { return true }
        return layers >> 3 == others >> 3
    }

    /// Copies a part of the element to `target`.
    /// - Precondition: `source` is the unit, or of a stored element its bytes; `range` lies in the element.
    func copy(_ range: Range<Int>, from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
        var target = target
        var start = range.lowerBound
        while start < min(headerSize, range.upperBound) {
            target.storeBytes(of: start == 0 ? header : layers ?? 0, as: UInt8.self)
            target += 1
            start += 1
        }
        guard start < range.upperBound else { return }
        let first = Int(offset) + start - headerSize
        let part = UnsafeRawBufferPointer(rebasing: source[first..<first + range.upperBound - start])
        if let source = part.baseAddress { target.copyMemory(from: source, byteCount: part.count) }
    }
}

/// The next byte to be sent: of which element, and where in it.
struct AV1Place: Hashable, Sendable {
    var element: Int
    var offset: Int
}

/// What one packet holds behind its aggregation header.
struct AV1Packet: Hashable, Sendable {
    let start: AV1Place
    /// Behind the last byte.
    let end: AV1Place
    /// Elements, whole or cut.
    let count: Int
    /// Bytes.
    let size: Int

    /// What would be left for the beginning of an OBU: less is not worth a size for the one before, and some receivers do
    /// not put a header together that is cut.
    private static let leastRest = 10

    /// - Parameter capacity: bytes, aggregation header excluded; at least `leastRest` and a size.
    init(_ elements: [AV1Element], from start: AV1Place, capacity: Int) {
        self.start = start
        var place = start
        var size = 0
        var count = 0
        while true {
            let element = elements[place.element]
            let left = element.size - place.offset
            let sized = left + Self.sizeLength(left)
            let next = place.element + 1
            let room = capacity - size
            count += 1
            // Another one follows.
            if next < elements.count, sized + Self.leastRest < room,
                !(start.element...place.element).contains(where: { !elements[$0].sharesLayer(with: elements[next]) })
            {
                size += sized
                place = AV1Place(element: next, offset: 0)
                continue
            }
            let needed = count <= 3 ? left : sized
            if needed <= room {
                size += needed
                place = AV1Place(element: next, offset: 0)
            } else {
                // Of more than three elements the last has a size too, of as many bytes as its greatest value needs.
                let part = count <= 3 ? room : room - Self.sizeLength(room)
                size += part + (count <= 3 ? 0 : Self.sizeLength(part))
                place.offset += part
            }
            break
        }
        (end, self.count, self.size) = (place, count, size)
    }

    /// - Parameter target: has room for `size` bytes.
    func write(
        _ elements: [AV1Element], unit: UnsafeRawBufferPointer, stored: UnsafeRawBufferPointer,
        to target: UnsafeMutableRawPointer
    ) {
        var target = target
        var place = start
        for number in 1...count {
            let element = elements[place.element]
            let stop = place.element == end.element ? end.offset : element.size
            if number < count || count > 3 { Self.writeSize(stop - place.offset, to: &target) }
            element.copy(place.offset..<stop, from: element.isStored ? stored : unit, to: target)
            target += stop - place.offset
            place = AV1Place(element: place.element + 1, offset: 0)
        }
    }

    /// Bytes of `size` as leb128(), AV1 4.10.5; `size` is positive.
    private static func sizeLength(_ size: Int) -> Int {
        (Int.bitWidth - size.leadingZeroBitCount + 6) / 7
    }

    private static func writeSize(_ size: Int, to target: inout UnsafeMutableRawPointer) {
        var rest = size
        repeat {
            target.storeBytes(of: UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0), as: UInt8.self)
            target += 1
            rest >>= 7
        } while rest > 0
    }
}
