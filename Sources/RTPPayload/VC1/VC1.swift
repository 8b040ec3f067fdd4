internal import MediaCore

// RFC 4425, RTP Payload Format for Video Codec 1 (VC-1).

extension PayloadFormat {
    /// RFC 4425 6.1 and 6.2. `config` of the advanced profile is its sequence header and entry point, of the others STRUCT_C.
    static func vc1(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        codec.codec == .vc1 ? try advancedVC1(codec, firstUnit) : try plainVC1(codec)
    }

    private static func advancedVC1(
        _ codec: CodecDescription, _ firstUnit: [UInt8]
    ) throws(PayloadFormatError) -> PayloadFormat {
        var headers = VC1Headers()
        headers.update(firstUnit.span.bytes)
        // What the container says goes before.
        headers.update(codec.configuration.span.bytes)
        guard !headers.sequence.isEmpty, !headers.entryPoint.isEmpty else {
            throw PayloadFormatError("VC-1 without a sequence header and an entry point")
        }
        guard let sequence = headers.parsed else { throw PayloadFormatError("damaged VC-1 sequence header") }
        var parameters = [
            FormatParameter("profile", "\(sequence.profile.rawValue)"), FormatParameter("level", "\(sequence.level)"),
            FormatParameter("width", "\(sequence.width)"), FormatParameter("height", "\(sequence.height)"),
        ]
        if let frame = sequence.frameDuration {
            let (numerator, denominator) = (Int64(frame.numerator), Int64(frame.denominator))
            let perThousandSeconds = (2000 * denominator + numerator) / (2 * numerator)
            parameters.append(FormatParameter("framerate", "\(perThousandSeconds)"))
        }
        parameters.append(FormatParameter("bpic", "1"))
        parameters.append(FormatParameter("config", hexadecimal(headers.sequence + headers.entryPoint)))
        return vc1(parameters, .advanced(headers))
    }

    /// Simple and main profile: the container alone knows their parameters and the size of pictures.
    private static func plainVC1(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        guard codec.configuration.count >= 4 else { throw PayloadFormatError("VC-1 without its decoder parameters") }
        guard let sequence = VC1Sequence(structC: codec.configuration) else {
            throw PayloadFormatError("VC-1 of a profile that was never standardized")
        }
        return vc1(
            [
                FormatParameter("profile", "\(sequence.profile.rawValue)"),
                FormatParameter("level", "\(VC1Level.least(for: sequence, codec))"),
                FormatParameter("width", "\(codec.width)"), FormatParameter("height", "\(codec.height)"),
                FormatParameter("config", hexadecimal(Array(codec.configuration.prefix(4)))),
            ], .plain(sequence))
    }

    private static func vc1(_ parameters: [FormatParameter], _ stream: VC1Stream) -> PayloadFormat {
        PayloadFormat(
            mediaType: "video", encodingName: "vc1", clockRate: .video, channels: nil, fmtp: parameters,
            coding: .vc1(stream))
    }
}

/// What a packetizer of VC-1 begins with.
enum VC1Stream: Hashable, Sendable {
    /// With start codes, headers in band.
    case advanced(VC1Headers)
    /// Simple and main profile: a unit is one frame and nothing else.
    case plain(VC1Sequence)
}

/// Packetizes VC-1: one access unit in a packet, a frame that is larger in several, at slices and fields where there are some.
/// ```
///  0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |FRG|R|S|L|P|D|R|   RA count    |   5.2, 5.3; FRAG: 0 neither the first nor the last, 1 first, 2 last, 3 whole
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// R and the count's step are on a frame's first packet. No packet has several units, so lengths and time differences (L, P, D) are left
/// out. The frames of an advanced profile that some containers store without their start code get it, and random access points the
/// headers that they lack: entry points are in band at each (4.4).
package struct VC1Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var stream: VC1Stream
    /// Random access points sent, modulo 256.
    private var accessPoints: UInt8 = 0
    /// Toggles with each sequence header that is not the one sent last: 5.3.
    private var sequenceFlag = false
    private var sentSequence: [UInt8] = []
    /// A unit with what it lacked put before it, kept for its allocation.
    private var completed: [UInt8] = []

    private static let header = 2
    private static let startOfFrame: [UInt8] = [0, 0, 1, VC1StartCode.frame]

    init(_ stream: VC1Stream, layout: PacketLayout, payloadType: UInt8) {
        self.stream = stream
        self.layout = layout
        self.payloadType = payloadType
    }

    /// Another sample description: its headers go before the random access points that lack them. Of simple and main profile SDP alone
    /// has the parameters.
    mutating func configurationChanged(_ configuration: [UInt8]) {
        guard case .advanced(var headers) = stream else { return }
        headers.update(configuration.span.bytes)
        stream = .advanced(headers)
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        switch stream {
        case .plain(let sequence):
            let start = bytes.withUnsafeBytes { Array($0.prefix(2)) }
            // Any I-picture is a point of random access: 5.3.
            let isIntra = VC1Picture(start, in: sequence)?.kind == .i
            try write(bytes, isRandomAccessPoint: isIntra, cutsAtStartCodes: false, into: &output, &runs, base)
        case .advanced(var headers):
            try packetize(
                advanced: bytes, isRandomAccessPoint: isRandomAccessPoint, &headers, into: &output, &runs, base)
            stream = .advanced(headers)
        }
    }

    private mutating func packetize(
        advanced bytes: RawSpan, isRandomAccessPoint: Bool, _ headers: inout VC1Headers,
        into output: inout OutputRawSpan, _ runs: inout [PacketRun], _ base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount > 0 else { throw .malformed("empty VC-1 unit", offset: 0) }
        let found = VC1UnitHeaders(bytes)
        let begins = isRandomAccessPoint || found.entryPoint != nil
        completed.removeAll(keepingCapacity: true)
        if begins, found.sequence == nil { completed += headers.sequence }
        if begins, found.sequence == nil, found.entryPoint == nil { completed += headers.entryPoint }
        let lacksStartCode = !bytes.beginsWithStartCode
        if lacksStartCode { completed += Self.startOfFrame }
        let isCompleted = !completed.isEmpty
        if isCompleted { bytes.withUnsafeBytes { completed += $0 } }
        let flag = sequenceFlag
        let hasSequence = begins || found.sequence != nil
        headers.update(bytes)
        if hasSequence, sentSequence != headers.sequence, !sentSequence.isEmpty { sequenceFlag.toggle() }
        do throws(PacketizationError) {
            if isCompleted {
                let unit = completed
                try write(
                    unit.span.bytes, isRandomAccessPoint: begins, cutsAtStartCodes: true, into: &output, &runs, base)
            } else {
                try write(bytes, isRandomAccessPoint: begins, cutsAtStartCodes: true, into: &output, &runs, base)
            }
        } catch {
            sequenceFlag = flag
            throw error
        }
        if hasSequence, sentSequence != headers.sequence { sentSequence = headers.sequence }
    }

    private mutating func write(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, cutsAtStartCodes: Bool, into output: inout OutputRawSpan,
        _ runs: inout [PacketRun], _ base: Int32
    ) throws(PacketizationError) {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.header
        let count = isRandomAccessPoint ? accessPoints &+ 1 : accessPoints
        let sequence: UInt8 = sequenceFlag ? 0x10 : 0
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            repeat {
                var end = min(start + largest, bytes.byteCount)
                if cutsAtStartCodes, end < bytes.byteCount { end = Self.cut(bytes, from: start, full: end) }
                let isLast = end == bytes.byteCount
                let payload = try writer.packet(payload: Self.header + end - start, marker: isLast, runs: &runs)
                var control = sequence | (isLast ? 0x80 : 0)
                if start == 0 { control |= 0x40 | (isRandomAccessPoint ? 0x20 : 0) }
                payload.storeBytes(of: control, as: UInt8.self)
                payload.storeBytes(of: count, toByteOffset: 1, as: UInt8.self)
                payload.advanced(by: Self.header).copy(bytes, start..<end)
                start = end
            } while start < bytes.byteCount
        }
        accessPoints = count
    }

    /// The last slice or field that begins in the packet ends it, so that the next one begins with it: 4.2.
    private static func cut(_ bytes: RawSpan, from start: Int, full: Int) -> Int {
        var end = full
        while let place = bytes.lastMarker(in: start + 1..<end) {
            if place + 3 < bytes.byteCount, bytes.byte(place + 2) == 1,
                [VC1StartCode.slice, VC1StartCode.field].contains(bytes.byte(place + 3))
            {
                return place
            }
            end = place
        }
        return full
    }
}
