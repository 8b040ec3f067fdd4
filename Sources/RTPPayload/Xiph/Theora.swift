internal import MediaCore

// draft-barbato-avt-rtp-theora-01, RTP Payload Format for Theora Encoded Video: RFC 5215's packets with other headers in them.

extension PayloadFormat {
    /// Section 5 of the draft. `configuration` stands first: FFmpeg stops at a `sampling` that it does not know, and it knows the
    /// spelling of 4:2:0 and 4:4:4 alone. `width` and `height` are the coded frame's.
    static func theora(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        guard
            let headers = XiphHeaders(
                configuration: codec.configuration, identificationSize: TheoraIdentification.size),
            let identification = TheoraIdentification(headers.identification), !headers.setup.isEmpty
        else { throw PayloadFormatError("Theora without its three headers") }
        guard let sampling = identification.sampling else {
            throw PayloadFormatError("Theora with a reserved pixel format")
        }
        let configuration = try XiphConfiguration(headers, emptyComment: TheoraIdentification.emptyComment)
        return PayloadFormat(
            mediaType: "video", encodingName: "theora", clockRate: .video, channels: nil,
            fmtp: [
                FormatParameter("configuration", configuration.base64Text),
                FormatParameter("width", String(identification.width)),
                FormatParameter("height", String(identification.height)),
                FormatParameter("sampling", sampling),
            ], coding: .xiph(identifier: configuration.identifier))
    }
}

/// The identification header, Theora 6.2.
/// ```
/// | 0x80 | "theora" | version (24) | FMBW (16) | FMBH (16) | ... | QUAL (6), KFGSHIFT (5), PF (2), reserved (3) |
/// ```
private struct TheoraIdentification {
    static let size = 42
    /// A comment header (6.3) of an empty vendor string and no comments.
    static let emptyComment = [0x81] + Array("theora".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]

    /// Pixels of the coded frame: FMBW and FMBH count macroblocks of 16.
    let width: Int
    let height: Int
    /// PF, table 6.4; nil if it is reserved.
    let sampling: String?

    init?(_ header: [UInt8]) {
        guard header.count >= Self.size, header.starts(with: [0x80] + Array("theora".utf8)) else { return nil }
        width = (Int(header[10]) << 8 | Int(header[11])) * 16
        height = (Int(header[12]) << 8 | Int(header[13])) * 16
        sampling = ["YCbCr-4:2:0", nil, "YCbCr-4:2:2", "YCbCr-4:4:4"][Int(header[41] >> 3 & 3)]
    }
}
