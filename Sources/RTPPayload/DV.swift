internal import MediaCore

// RFC 6469, RTP Payload Format for DV (IEC 61834) Video.

extension PayloadFormat {
    /// RFC 6469 4.1: `encode` is what the frame's own header says, `audio` whether audio lies between the pictures' blocks. Every frame is
    /// sent whole, with its audio, also where a track of its own has the same audio.
    static func dv(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        guard let frame = DVFrame(firstUnit.span.bytes) else {
            throw PayloadFormatError("no DV frame of a kind that RFC 6469 knows")
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "DV", clockRate: .video, channels: nil,
            fmtp: [
                FormatParameter("encode", frame.encoding),
                FormatParameter("audio", frame.hasAudio ? "bundled" : "none"),
            ], coding: .dv)
    }
}

/// What a DV frame says of itself: a header block begins it, and further on lie packs of five bytes.
/// ```
///  section type 3 bits | 1 | Arb 4 | sequence 4 | channel 1 | 111 | block number 8     ID of a DIF block, IEC 61834-2 11.4
///  DSF 1 | 0 | reserved 6     at 3 of the header block: 60 or 50 fields
///  reserved 5 | APT 3     at 4: 0 IEC 61834, 1 SMPTE 314M
/// ```
struct DVFrame {
    /// Of the values of `encode`, RFC 6469 4.1.
    let encoding: String
    let hasAudio: Bool

    /// Bytes.
    static let block = 80
    private static let sequence = 150 * block

    /// Nil if the frame is of no kind that RFC 6469 names.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.sequence, bytes.byteCount % Self.block == 0, bytes.byte(0) >> 5 == 0 else {
            return nil
        }
        let is50 = bytes.byte(3) & 0x80 != 0
        let isProfessional = bytes.byte(4) & 7 == 1
        // Of 12 sequences of 12,000 bytes for 50 fields, of 10 for 60; each channel has as many.
        let channels = bytes.byteCount / (Self.sequence * (is50 ? 12 : 10))
        guard bytes.byteCount == channels * Self.sequence * (is50 ? 12 : 10) else { return nil }
        let system = is50 ? "625-50" : "525-60"
        // VS pack in the VAUX block 3 of the sequence: STYPE is 0x14 for 1080 lines, 0x18 for 720 (SMPTE 370M 3.8.2).
        let signal = bytes.byte(Self.signalPack) == 0x60 ? bytes.byte(Self.signalPack + 3) & 0x1F : 0
        switch (channels, signal) {
        // With 60 fields both code pictures alike (4:1:1). GStreamer's rtpdvdepay (1.22) knows 314M-25 by a frame of twice the size, and
        // would put an empty frame behind each.
        case (1, _): encoding = isProfessional && is50 ? "314M-25/\(system)" : "SD-VCR/\(system)"
        case (2, 0x18): encoding = is50 ? "370M/720-50p" : "370M/720-60p"
        case (2, _): encoding = "314M-50/\(system)"
        case (4, 0x14): encoding = is50 ? "370M/1080-50i" : "370M/1080-60i"
        default: return nil
        }
        hasAudio = Self.hasAudioSource(bytes)
    }

    private static let signalPack = 5 * block + 48

    /// An audio block with a source pack that is not empty: IEC 61834-4 8.1.
    private static func hasAudioSource(_ bytes: RawSpan) -> Bool {
        stride(from: 0, to: sequence, by: block).contains { offset in
            bytes.byte(offset) >> 5 == 3 && bytes.byte(offset + 3) == 0x50
        }
    }
}

/// Packetizes DV: as many whole DIF blocks of 80 bytes as fit, in the frame's order, without any header (RFC 6469 3).
package struct DVPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount > 0, bytes.byteCount % DVFrame.block == 0 else {
            throw .malformed(
                "not a whole number of DIF blocks", offset: bytes.byteCount / DVFrame.block * DVFrame.block)
        }
        let room = layout.maximumPacketSize - PacketWriter.headerSize
        let largest = room / DVFrame.block * DVFrame.block
        try output.writePieces(
            of: bytes, largest: largest, marksEnd: true, base: base, layout: layout, payloadType: payloadType,
            runs: &runs)
    }
}
