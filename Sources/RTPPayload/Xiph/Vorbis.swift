internal import MediaCore

// RFC 5215, RTP Payload Format for Vorbis Encoded Audio.

extension PayloadFormat {
    /// RFC 5215 6: the clock is the sampling rate; `configuration` has the headers, which never travel in packets.
    static func vorbis(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        guard
            let headers = XiphHeaders(
                configuration: codec.configuration, identificationSize: VorbisIdentification.size),
            let identification = VorbisIdentification(headers.identification), !headers.setup.isEmpty
        else { throw PayloadFormatError("Vorbis without its three headers") }
        guard let clockRate = ClockRate(hertz: identification.rate), identification.channels > 0 else {
            throw PayloadFormatError("Vorbis with \(identification.channels) channels at \(identification.rate) Hz")
        }
        let configuration = try XiphConfiguration(headers, emptyComment: VorbisIdentification.emptyComment)
        return PayloadFormat(
            mediaType: "audio", encodingName: "vorbis", clockRate: clockRate, channels: identification.channels,
            fmtp: [FormatParameter("configuration", configuration.base64Text)],
            coding: .xiph(identifier: configuration.identifier))
    }
}

/// The identification header, Vorbis I 4.2.2; numbers are least significant byte first.
/// ```
/// | 1 | "vorbis" | version (32) | channels (8) | rate (32) | three bit rates (96) | block sizes (8) | framing (8) |
/// ```
private struct VorbisIdentification {
    static let size = 30
    /// A comment header (5.2.1) of an empty vendor string and no comments.
    static let emptyComment = [3] + Array("vorbis".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 1]

    let channels: Int
    let rate: UInt32

    init?(_ header: [UInt8]) {
        guard header.count >= Self.size, header.starts(with: [1] + Array("vorbis".utf8)) else { return nil }
        channels = Int(header[11])
        rate = (0..<4).reduce(0) { $0 | UInt32(header[12 + $1]) << UInt32(8 * $1) }
    }
}
