internal import MediaCore

// RFC 6184, RTP Payload Format for H.264 Video, packetization-mode=1 (non-interleaved).

extension PayloadFormat {
    /// Larger parameter sets are sent in band alone: FFmpeg reads at most 16 kB of SDP.
    private static let maximumParameterSetBytes = 4096

    /// RFC 6184 8.1. `sprop-parameter-sets` holds exactly one SPS and one PPS, as ExoPlayer insists; all others come in
    /// band. It is left out if the container has none (`avc3`).
    static func h264(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        let configuration = try H264Configuration(parsing: codec.configuration)
        var fmtp = [
            FormatParameter("packetization-mode", "1"),
            FormatParameter("profile-level-id", hexadecimal(configuration.profileLevel)),
        ]
        if let pair = configuration.parameterSets.firstPair, let pps = pair.pps,
            pair.sps.count + pps.count <= maximumParameterSetBytes
        {
            fmtp.append(FormatParameter("sprop-parameter-sets", "\(base64(pair.sps)),\(base64(pps))"))
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "H264", clockRate: .video, channels: nil, fmtp: fmtp,
            coding: .h264(configuration))
    }
}

/// Packetizes H.264: single NAL unit packets, STAP-A for consecutive small NAL units, FU-A for large ones.
///
/// NAL units keep their order and their bytes. Parameter sets are put before each random access point that lacks them.
/// ```
/// single NAL unit (5.6)   | NAL unit ...                                                |
/// STAP-A (5.7.1)          | F NRI 24 | length (2) | NAL unit ... | length (2) | NAL unit ... |
/// FU-A (5.8)              | F NRI 28 | S E R type | a part of the NAL unit without its header |
/// ```
package struct H264Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var framing: NALUnitFraming
    private var parameterSets: H264ParameterSets
    /// The next unit gets all parameter sets, random access point or not.
    private var isConfigurationNew = false
    /// The unit at hand, kept for its allocation.
    private var pieces: [NALUnit] = []

    private static let stapA: UInt8 = 24
    private static let fuA: UInt8 = 28
    /// Offsets in a unit fit in 31 bits with room to spare. Readers have a lower bound of their own.
    private static let maximumUnit = 1 << 30

    init(_ configuration: H264Configuration, layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
        self.framing = configuration.framing
        self.parameterSets = configuration.parameterSets
    }

    private var maximumPayload: Int { layout.maximumPacketSize - PacketWriter.headerSize }

    /// Another sample description: its NAL unit framing and its parameter sets replace the old ones, and go before the
    /// next unit.
    mutating func configurationChanged(_ configuration: [UInt8]) {
        guard let configuration = try? H264Configuration(parsing: configuration) else { return }
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
        try framing.split(bytes, into: &pieces)
        let hasParameterSets = pieces.contains { $0.isParameterSet }
        if isRandomAccessPoint || isConfigurationNew || pieces.contains(where: { $0.type == NALUnitType.idrSlice }) {
            parameterSets.complete(&pieces, of: bytes)
        }
        try write(bytes, into: &output, runs: &runs, base: base)
        isConfigurationNew = false
        if hasParameterSets { remember(bytes) }
    }

    /// Takes over the parameter sets that were in the unit itself.
    private mutating func remember(_ bytes: RawSpan) {
        for piece in pieces where piece.isParameterSet && !piece.isStoredParameterSet {
            parameterSets.update(bytes.extracting(Int(piece.offset)..<Int(piece.offset + piece.length)))
        }
    }

    private func write(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        // SAFETY: both pointers are used inside these closures alone, at places that `split` and `H264ParameterSets`
        // have checked.
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
                            try fragment(pieces[index], at: source(pieces[index]), isLast, &writer, &runs)
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

    /// After the last NAL unit that fits in one STAP-A with `pieces[first]`; `first + 1` if none does.
    private func endOfAggregate(from first: Int) -> Int {
        var size = 1 + 2 + Int(pieces[first].length)
        var end = first + 1
        while end < pieces.count, size + 2 + Int(pieces[end].length) <= maximumPayload {
            size += 2 + Int(pieces[end].length)
            end += 1
        }
        return end
    }

    /// STAP-A, RFC 6184 5.7.1: F is set if any unit's is, NRI is the highest.
    private func aggregate(
        _ group: ArraySlice<NALUnit>, _ source: (NALUnit) -> UnsafeRawPointer, _ isLast: Bool,
        _ writer: inout PacketWriter, _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let size = group.reduce(1) { $0 + 2 + Int($1.length) }
        var payload = try writer.packet(payload: size, marker: isLast, runs: &runs)
        let forbidden = group.reduce(0) { $0 | $1.header & 0x80 }
        let importance = group.reduce(0) { max($0, $1.header & 0x60) }
        payload.storeBytes(of: forbidden | importance | Self.stapA, as: UInt8.self)
        payload += 1
        for piece in group {
            payload.storeBytes(of: UInt16(truncatingIfNeeded: piece.length).bigEndian, as: UInt16.self)
            payload.advanced(by: 2).copyMemory(from: source(piece), byteCount: Int(piece.length))
            payload += 2 + Int(piece.length)
        }
    }

    /// FU-A, RFC 6184 5.8: fragments as large as fit, the last one shorter. There are at least two.
    private func fragment(
        _ piece: NALUnit, at source: UnsafeRawPointer, _ isLast: Bool, _ writer: inout PacketWriter,
        _ runs: inout [PacketRun]
    ) throws(PacketizationError) {
        let indicator = piece.header & 0xE0 | Self.fuA
        let largest = maximumPayload - 2
        var source = source + 1
        var left = Int(piece.length) - 1
        var start: UInt8 = 0x80
        while left > 0 {
            let size = min(left, largest)
            left -= size
            let payload = try writer.packet(payload: 2 + size, marker: isLast && left == 0, runs: &runs)
            payload.storeBytes(of: indicator, as: UInt8.self)
            payload.storeBytes(of: start | (left == 0 ? 0x40 : 0) | piece.type, toByteOffset: 1, as: UInt8.self)
            payload.advanced(by: 2).copyMemory(from: source, byteCount: size)
            source += size
            start = 0
        }
    }
}
