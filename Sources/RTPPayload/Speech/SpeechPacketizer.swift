internal import MediaCore

/// How the frames of a telephone codec travel.
struct SpeechFormat: Hashable, Sendable {
    enum Payload: Hashable, Sendable {
        /// Frames as they are stored, one after the other.
        case frames
        /// Frames as they are stored behind a byte that says that they are not interleaved (RFC 2658 3).
        case qcelp
        case amr
        case evrc
        case repackedGSM
        /// Bits of a sample; from the most to the least significant bit first.
        case reversedG726(bits: Int)
    }

    let frames: SpeechFrames
    let payload: Payload
    /// Of speech in a packet; a longer frame has one of its own.
    let milliseconds: Int

    /// - Returns: at least 1: the smallest packet takes the largest frame.
    func maximumFrames(in layout: PacketLayout) -> Int {
        let room = layout.maximumPacketSize - PacketWriter.headerSize
        let fitting: Int =
            switch payload {
            case .frames, .reversedG726: room / frames.size.maximum
            case .qcelp: (room - 1) / frames.size.maximum
            case .amr: 1
            case .evrc: min(EVRC.maximumFrames, (room - EVRC.header) / frames.size.maximum)
            case .repackedGSM: room / (2 * GSM.frame)
            }
        return min(fitting, max(1, milliseconds * Int(frames.rate) / (1000 * frames.samples)))
    }

    /// Bytes of the payload of `count` frames that are stored in `bytes` bytes.
    func payloadSize(count: Int, bytes: Int) -> Int {
        switch payload {
        case .frames, .reversedG726: bytes
        case .qcelp, .amr: 1 + bytes
        case .evrc: EVRC.payloadSize(count: count, bytes: bytes)
        case .repackedGSM: 2 * GSM.frame * count
        }
    }
}

/// Packetizes the codecs of telephones: what it is given becomes one packet.
///
/// The marker means the start of a talk spurt (RFC 3551 4.1, RFC 4867 4.1), of which a file has none: never set.
package struct SpeechPacketizer: Sendable {
    private let format: SpeechFormat
    private let layout: PacketLayout
    private let payloadType: UInt8

    init(_ format: SpeechFormat, layout: PacketLayout, payloadType: UInt8) {
        self.format = format
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize` and `PayloadFormat.sampleFraming`. Bytes after the last whole frame are dropped: a file that ends inside a
    /// frame has them.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let size = format.frames.size
        let count = size.count(in: bytes)
        guard count > 0 else { throw .malformed("no whole frame", offset: 0) }
        let limit = format.maximumFrames(in: layout)
        guard count <= limit else { throw .tooLarge(bytes: bytes.byteCount, limit: limit * size.maximum) }
        let frames = bytes.extracting(size.range(of: count, from: 0, in: bytes))
        // SAFETY: the payload has the bytes that the format needs for these frames, and the format writes all of them.
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            let payload = try writer.packet(
                payload: format.payloadSize(count: count, bytes: frames.byteCount), marker: false, runs: &runs)
            switch format.payload {
            case .frames: payload.copy(frames, 0..<frames.byteCount)
            case .qcelp:
                payload.storeBytes(of: 0, as: UInt8.self)
                (payload + 1).copy(frames, 0..<frames.byteCount)
            case .amr: AMR.write(frames, size, to: payload)
            case .evrc: EVRC.write(frames, count: count, to: payload)
            case .repackedGSM: GSM.repack(frames, to: payload)
            case .reversedG726(let bits): G726.reverse(frames, bits: bits, to: payload)
            }
        }
    }
}

extension PayloadFormat {
    /// - Throws: if the codec's frames are not known: `clause` says what of it was odd.
    static func speech(
        _ codec: CodecDescription, _ encodingName: String, _ payload: SpeechFormat.Payload = .frames,
        clockRate: Int32? = nil, milliseconds: Int = 20, fmtp: [FormatParameter] = [], staticPayloadType: UInt8? = nil
    ) throws(PayloadFormatError) -> PayloadFormat {
        guard codec.channels == 1 else {
            throw PayloadFormatError("\(codec.codec) with \(codec.channels) channels; one can be sent")
        }
        guard let frames = SpeechFrames(codec),
            let clock = ClockRate(hertz: UInt32(clamping: clockRate ?? frames.rate))
        else {
            throw PayloadFormatError("\(codec.codec) in blocks of \(codec.blockAlign) bytes")
        }
        var format = PayloadFormat(
            mediaType: "audio", encodingName: encodingName, clockRate: clock, channels: 1, fmtp: fmtp,
            coding: .speech(SpeechFormat(frames: frames, payload: payload, milliseconds: milliseconds)))
        // RFC 3551 table 4: all that are assigned have this clock.
        if clock.hertz == 8000 { format.staticPayloadType = staticPayloadType }
        return format
    }
}
