/// Packetizes a codec of NAL units: single NAL unit packets, aggregates of consecutive small NAL units, fragments of
/// large ones.
///
/// NAL units keep their order and their bytes. Parameter sets are put before each random access point that lacks them.
/// ```
/// single NAL unit | NAL unit ...                                                              |
/// aggregate       | payload header | length (2) | NAL unit ... | length (2) | NAL unit ...    |
/// fragment        | payload header | S E type (1) | a part of the NAL unit without its header |
/// ```
struct NALUnitPacketizer<Syntax: NALUnitSyntax>: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var framing: NALUnitFraming
    private var parameterSets: ParameterSets<Syntax>
    /// The next unit gets all parameter sets, random access point or not.
    private var isConfigurationNew = false
    /// The unit at hand, kept for its allocation.
    private var pieces: [NALUnit] = []

    /// Offsets in a unit fit in 31 bits with room to spare. Readers have a lower bound of their own.
    private static var maximumUnit: Int { 1 << 30 }

    init<Configuration: NALUnitConfiguration>(
        _ configuration: Configuration, layout: PacketLayout, payloadType: UInt8
    ) where Configuration.Syntax == Syntax {
        self.layout = layout
        self.payloadType = payloadType
        framing = configuration.framing
        parameterSets = configuration.parameterSets
    }

    private var maximumPayload: Int { layout.maximumPacketSize - PacketWriter.headerSize }

    /// Another sample description: its NAL unit framing and its parameter sets replace the old ones, and go before the
    /// next unit. One that cannot be parsed changes nothing.
    mutating func configurationChanged<Configuration: NALUnitConfiguration>(
        _ bytes: [UInt8], as type: Configuration.Type
    ) where Configuration.Syntax == Syntax {
        guard let configuration = try? Configuration(parsing: bytes) else { return }
        framing = configuration.framing
        parameterSets = configuration.parameterSets
        isConfigurationNew = true
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount <= Self.maximumUnit else {
            throw .tooLarge(bytes: bytes.byteCount, limit: Self.maximumUnit)
        }
        try framing.split(bytes, Syntax.self, into: &pieces)
        let hasParameterSets = pieces.contains { Syntax.isParameterSet($0.header) }
        if isRandomAccessPoint || isConfigurationNew || pieces.contains(where: { Syntax.beginsRandomAccess($0.header) })
        {
            parameterSets.complete(&pieces, of: bytes)
        }
        try write(bytes, into: &output, runs: &runs, base: base)
        isConfigurationNew = false
        if hasParameterSets { remember(bytes) }
    }

    /// Takes over the parameter sets that were in the unit itself.
    private mutating func remember(_ bytes: RawSpan) {
        for piece in pieces where Syntax.isParameterSet(piece.header) && !piece.isStoredParameterSet {
            parameterSets.update(bytes.extracting(piece.range))
        }
    }

    private func write(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        // SAFETY: both pointers are used inside these closures alone, at places that `split` and `ParameterSets` have
        // checked.
        try bytes.withUnsafeBytes { (unit) throws(PacketizationError) in
            try parameterSets.bytes.span.bytes.withUnsafeBytes { (sets) throws(PacketizationError) in
                try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                    (writer, runs) throws(PacketizationError) in
                    let source = { (piece: NALUnit) -> UnsafeRawPointer in
                        (piece.isStoredParameterSet ? sets : unit).baseAddress! + Int(piece.offset)
                    }
                    var index = 0
                    while index < pieces.count {
                        let next = endOfAggregate(from: index)
                        let isLast = next == pieces.count
                        if Int(pieces[index].length) > maximumPayload {
                            let end = endsPicture(index) ? 0x40 | Syntax.pictureEnd : 0x40
                            try fragment(pieces[index], at: source(pieces[index]), isLast, end, &writer, &runs)
                        } else if next - index == 1 {
                            let length = Int(pieces[index].length)
                            let payload = try writer.packet(payload: length, marker: isLast, runs: &runs)
                            payload.copyMemory(from: source(pieces[index]), byteCount: length)
                        } else {
                            try aggregate(pieces[index..<next], source, isLast, &writer, &runs)
                        }
                        index = next
                    }
                }
            }
        }
    }

    /// After the last NAL unit that fits in one aggregate with `pieces[first]`; `first + 1` if none does.
    private func endOfAggregate(from first: Int) -> Int {
        var size = Syntax.headerSize + 2 + Int(pieces[first].length)
        var end = first + 1
        while end < pieces.count, size + 2 + Int(pieces[end].length) <= maximumPayload {
            size += 2 + Int(pieces[end].length)
            end += 1
        }
        return end
    }

    private func aggregate(
        _ group: ArraySlice<NALUnit>, _ source: (NALUnit) -> UnsafeRawPointer, _ isLast: Bool,
        _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let size = group.reduce(Syntax.headerSize) { $0 + 2 + Int($1.length) }
        var payload = try writer.packet(payload: size, marker: isLast, runs: &runs)
        store(Syntax.aggregateHeader(group), at: payload)
        payload += Syntax.headerSize
        for piece in group {
            payload.storeBytes(of: UInt16(truncatingIfNeeded: piece.length).bigEndian, as: UInt16.self)
            payload.advanced(by: 2).copyMemory(from: source(piece), byteCount: Int(piece.length))
            payload += 2 + Int(piece.length)
        }
    }

    /// Whether the rest of the access unit codes nothing of a picture that `pieces[index]` belongs to.
    private func endsPicture(_ index: Int) -> Bool {
        Syntax.isPicturePart(pieces[index].header)
            && !pieces[(index + 1)...].contains { Syntax.isPicturePart($0.header) }
    }

    /// Fragments as large as fit, the last one shorter. There are at least two.
    /// - Parameter end: flags of the last fragment.
    private func fragment(
        _ piece: NALUnit, at source: UnsafeRawPointer, _ isLast: Bool, _ end: UInt8, _ writer: inout PacketWriter,
        _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let header = Syntax.fragmentHeader(piece.header)
        let headers = Syntax.headerSize + 1
        let largest = maximumPayload - headers
        var source = source + Syntax.headerSize
        var left = Int(piece.length) - Syntax.headerSize
        var start: UInt8 = 0x80
        while left > 0 {
            let size = min(left, largest)
            left -= size
            let payload = try writer.packet(payload: headers + size, marker: isLast && left == 0, runs: &runs)
            store(header.payload, at: payload)
            payload.storeBytes(
                of: start | (left == 0 ? end : 0) | header.type, toByteOffset: Syntax.headerSize, as: UInt8.self)
            payload.advanced(by: headers).copyMemory(from: source, byteCount: size)
            source += size
            start = 0
        }
    }

    @inline(__always)
    private func store(_ header: NALUnit.Header, at payload: UnsafeMutableRawPointer) {
        if Syntax.headerSize == 1 {
            payload.storeBytes(of: UInt8(truncatingIfNeeded: header), as: UInt8.self)
        } else {
            payload.storeBytes(of: header.bigEndian, as: UInt16.self)
        }
    }
}
