internal import MediaCore

// RFC 4598, RTP Payload Format for Enhanced AC-3 (E-AC-3) Audio. The packetizer is AC-3's.

extension PayloadFormat {
    /// RFC 4598 5: the clock is the sampling rate, 32, 44.1 or 48 kHz; what substreams there are stands in `bitStreamConfig`, which is left
    /// out where a dependent one is: its channels replace some of those before it, which only the rest of its frame tells.
    static func eac3(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        // SAFETY: the pointer is used inside the closure alone.
        let substreams = firstUnit.span.bytes.withUnsafeBytes { Self.headers(in: $0) }
        let rate = substreams.first?.rate ?? codec.sampleRate
        guard [48_000, 44_100, 32_000].contains(rate), let clockRate = ClockRate(hertz: UInt32(rate)) else {
            throw PayloadFormatError("E-AC-3 at \(rate) Hz, which RFC 4598 does not carry")
        }
        let isPlain = !substreams.isEmpty && !substreams.contains(where: \.isDependent)
        let configuration = substreams.map { "i\($0.channels)" }.joined()
        return PayloadFormat(
            mediaType: "audio", encodingName: "eac3", clockRate: clockRate, channels: nil,
            fmtp: isPlain ? [FormatParameter("bitStreamConfig", configuration)] : [], coding: .eac3)
    }

    /// The syncframes of a unit, of which each substream has one or, of fewer than six blocks, several.
    private static func headers(in unit: UnsafeRawBufferPointer) -> [EAC3Header] {
        var headers: [EAC3Header] = []
        var identifiers: Set<UInt8> = []
        var offset = 0
        while let header = EAC3Header(unit, at: offset) {
            // strmtyp and substreamid; of plain AC-3 what is in their place is a checksum.
            let identifier = unit[offset + 5] >> 3 > 10 ? unit[offset + 2] >> 3 : 0
            if identifiers.insert(identifier).inserted { headers.append(header) }
            offset += header.frameBytes
        }
        return headers
    }
}
