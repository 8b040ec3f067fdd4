internal import MediaCore

// RTP Payload Format For AV1, version 1.0, of the Alliance for Open Media.

extension PayloadFormat {
    /// Section 7.2.1, from the sequence header: in the container's record, else in the first unit. Without one the
    /// parameters are left out.
    static func av1(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        let configuration = AV1Configuration(codec.configuration)
        guard firstUnit.isEmpty || AV1OBU(firstUnit.span.bytes, at: 0) != nil else {
            throw PayloadFormatError("AV1 without open bitstream units")
        }
        let found = [configuration.sequenceHeader, AV1Configuration.sequenceHeader(in: firstUnit.span.bytes)]
        let header = found.lazy.compactMap { $0?.content }.first
        let fmtp = header.map {
            [
                FormatParameter("profile", String($0.profile)), FormatParameter("level-idx", String($0.level)),
                FormatParameter("tier", String($0.tier)),
            ]
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "AV1", clockRate: .video, channels: nil, fmtp: fmtp ?? [],
            coding: .av1(configuration))
    }
}

/// An AV1 track's decoder configuration: AV1CodecConfigurationRecord (AV1 in ISO BMFF 2.3.3, the `av1C` box, also
/// Matroska's CodecPrivate), or bare OBUs.
struct AV1Configuration: Hashable, Sendable {
    /// Nil if there is none.
    let sequenceHeader: AV1StoredHeader?

    /// ```
    /// marker, version (1) | profile, level | tier, bit depth, ... | initial presentation delay | OBUs...
    /// ```
    init(_ configuration: [UInt8]) {
        let isRecord = configuration.count >= 4 && configuration[0] == 0x81
        let units = isRecord ? Array(configuration[4...]) : configuration
        sequenceHeader = Self.sequenceHeader(in: units.span.bytes)
    }

    static func sequenceHeader(in units: RawSpan) -> AV1StoredHeader? {
        var offset = 0
        while let unit = AV1OBU(units, at: offset) {
            if unit.kind == .sequenceHeader { return AV1StoredHeader(unit, in: units) }
            offset = unit.payload.upperBound
        }
        return nil
    }
}

/// A sequence header OBU that can be sent before the key frames that lack one.
struct AV1StoredHeader: Hashable, Sendable {
    /// As an OBU element: the header without a size, and the payload.
    let bytes: [UInt8]
    let content: AV1SequenceHeader

    /// Real ones have some tens of bytes.
    private static let maximumSize = 4096

    /// Nil if it is damaged.
    init?(_ unit: AV1OBU, in units: RawSpan) {
        let payload = units.extracting(unit.payload)
        guard payload.byteCount <= Self.maximumSize, let content = AV1SequenceHeader(payload) else { return nil }
        self.content = content
        bytes = [unit.header] + (unit.layers.map { [$0] } ?? []) + payload.withUnsafeBytes { Array($0) }
    }

    func equals(_ unit: AV1OBU, in units: RawSpan) -> Bool {
        let headers = unit.layers == nil ? 1 : 2
        return bytes.count == headers + unit.payload.count && bytes[0] == unit.header
            && units.extracting(unit.payload).withUnsafeBytes { $0.elementsEqual(bytes[headers...]) }
    }
}

/// Packetizes AV1: a temporal unit's OBUs, without their sizes, as many to a packet as fit; what does not is cut.
///
/// Temporal delimiters, tile lists and padding stay behind (section 5). A sequence header is put before each random
/// access point that lacks it.
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |Z|Y| W |N|-|-|-|   Z, Y: goes on with, and is gone on with, a cut OBU; W: elements if up to 3, the last without a
/// +-+-+-+-+-+-+-+-+   size; N: begins a coded video sequence
/// | size, element |
/// :      ...      :
/// ```
package struct AV1Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var sequenceHeader: AV1StoredHeader?
    /// The unit at hand, kept for its allocation.
    private var elements: [AV1Element] = []

    /// Of the aggregation header, 4.4.
    private static let (beginsCut, endsCut, beginsSequence): (UInt8, UInt8, UInt8) = (0x80, 0x40, 0x08)

    init(_ configuration: AV1Configuration, layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
        sequenceHeader = configuration.sequenceHeader
    }

    /// Another sample description: its sequence header goes before the random access points that lack one.
    mutating func configurationChanged(_ configuration: [UInt8]) {
        if let header = AV1Configuration(configuration).sequenceHeader { sequenceHeader = header }
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        let newHeader = try AV1Element.split(bytes, into: &elements)
        var beginsSequence = newHeader != nil
        if newHeader == nil, let sequenceHeader, isRandomAccessPoint {
            elements.insert(AV1Element(stored: sequenceHeader), at: 0)
            beginsSequence = true
        }
        try write(
            bytes, beginsSequence: beginsSequence && isRandomAccessPoint, into: &output, runs: &runs, base: base)
        if let newHeader, sequenceHeader?.equals(newHeader, in: bytes) != true {
            sequenceHeader = AV1StoredHeader(newHeader, in: bytes) ?? sequenceHeader
        }
    }

    private func write(
        _ bytes: RawSpan, beginsSequence: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let capacity = layout.maximumPacketSize - PacketWriter.headerSize - 1
        let stored = sequenceHeader?.bytes ?? []
        // SAFETY: both pointers are used inside these closures alone, at places that `split` has checked.
        try bytes.withUnsafeBytes { (unit) throws(PacketizationError) in
            try stored.span.bytes.withUnsafeBytes { (stored) throws(PacketizationError) in
                try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                    (writer, runs) throws(PacketizationError) in
                    var place = AV1Place(element: 0, offset: 0)
                    while place.element < elements.count {
                        let packet = AV1Packet(elements, from: place, capacity: capacity)
                        var payload = try writer.packet(
                            payload: 1 + packet.size, marker: packet.end.element == elements.count, runs: &runs)
                        var header = UInt8(packet.count <= 3 ? packet.count << 4 : 0)
                        if place.offset > 0 { header |= Self.beginsCut }
                        if packet.end.offset > 0 { header |= Self.endsCut }
                        if beginsSequence, place == AV1Place(element: 0, offset: 0) { header |= Self.beginsSequence }
                        payload.storeBytes(of: header, as: UInt8.self)
                        payload += 1
                        packet.write(elements, unit: unit, stored: stored, to: payload)
                        place = packet.end
                    }
                }
            }
        }
    }
}
