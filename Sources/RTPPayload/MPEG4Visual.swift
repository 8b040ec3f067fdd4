internal import MediaCore

// RFC 6416, RTP Payload Format for MPEG-4 Audio/Visual Streams, section 5: visual streams.

extension PayloadFormat {
    /// RFC 6416 7.1. `config` is left out if neither the container nor the first unit has headers; they come in band.
    static func mpeg4Visual(_ codec: CodecDescription, firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        guard !MPEG4VisualPacketizer.hasShortHeader(firstUnit.span.bytes) else {
            throw PayloadFormatError("MPEG-4 Part 2 with short video headers, which is H.263")
        }
        let headers = SequenceHeaders(.mpeg4Visual, configuration: codec.configuration, firstUnit: firstUnit)
        var fmtp = [FormatParameter("profile-level-id", String(MPEG4VisualHeaders.profileLevel(headers.bytes)))]
        if !headers.bytes.isEmpty { fmtp.append(FormatParameter("config", hexadecimal(headers.bytes))) }
        return PayloadFormat(
            mediaType: "video", encodingName: "MP4V-ES", clockRate: .video, channels: nil, fmtp: fmtp,
            coding: .mpeg4Visual(headers))
    }
}

/// What the headers of MPEG-4 Part 2 say: ISO/IEC 14496-2 6.2.
private enum MPEG4VisualHeaders {
    /// profile_and_level_indication, table G.1.
    ///
    /// Many streams have no visual object sequence header to say it: for those of the Advanced Simple type its highest
    /// level, else the default of RFC 6416 7.1, Simple Profile level 1.
    static func profileLevel(_ headers: [UInt8]) -> UInt8 {
        let bytes = headers.span.bytes
        var isAdvancedSimple = false
        var search = 0
        while let code = bytes.startCodeEnd(from: search), code + 2 < bytes.byteCount {
            switch bytes.byte(code) {
            case 0xB0: return bytes.byte(code + 1)
            case 0x20...0x2F:
                // random_accessible_vol, then video_object_type_indication in 8 bits.
                let type = bytes.byte(code + 1) << 1 | bytes.byte(code + 2) >> 7
                isAdvancedSimple = type == 17
            default: break
            }
            search = code
        }
        return isAdvancedSimple ? 0xF5 : 1
    }
}

/// Packetizes MPEG-4 Part 2: the payload is the stream itself, without a header of its own.
///
/// A packet ends where it is full, and before a VOP, but for the one that the packet's headers precede: RFC 6416 5.2. That
/// a video packet (between resynchronization markers) should not be split is not heeded: hardly a file has them, and
/// packets of one size leave in one send.
package struct MPEG4VisualPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private var headers: SequenceHeaders
    /// A unit with headers put before it, kept for its allocation.
    private var completed: [UInt8] = []

    /// A VOP header without sprites fits in this many bytes, start code included; it is not to be split.
    private static let vopHeader = 24

    init(_ headers: SequenceHeaders, layout: PacketLayout, payloadType: UInt8) {
        self.headers = headers
        self.layout = layout
        self.payloadType = payloadType
    }

    /// Another sample description: its headers go before the random access points that lack them.
    mutating func configurationChanged(_ configuration: [UInt8]) { headers.update(configuration.span.bytes) }

    /// short_video_start_marker, 22 bits: ISO/IEC 14496-2 6.2.5.2.
    static func hasShortHeader(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 3 && bytes.byte(0) == 0 && bytes.byte(1) == 0 && bytes.byte(2) & 0xFC == 0x80
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, isRandomAccessPoint: Bool, into output: inout OutputRawSpan, runs: inout [PacketRun],
        base: Int32
    ) throws(PacketizationError) {
        guard !Self.hasShortHeader(bytes) else { throw .malformed("short video header", offset: 0) }
        guard bytes.beginsWithStartCode else { throw .malformed("no start code", offset: 0) }
        if isRandomAccessPoint, headers.areMissing(in: bytes) {
            completed.removeAll(keepingCapacity: true)
            completed += headers.bytes
            bytes.withUnsafeBytes { completed += $0 }
            try write(completed.span.bytes, into: &output, runs: &runs, base: base)
        } else {
            try write(bytes, into: &output, runs: &runs, base: base)
            if isRandomAccessPoint { headers.update(bytes) }
        }
    }

    private func write(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let largest = layout.maximumPacketSize - PacketWriter.headerSize
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            while start < bytes.byteCount {
                let picture = Picture(bytes, from: start)
                while start < picture.end {
                    let end = picture.cut(from: start, largest: largest)
                    let payload = try writer.packet(
                        payload: end - start, marker: end == bytes.byteCount, runs: &runs)
                    payload.copy(bytes, start..<end)
                    start = end
                }
            }
        }
    }

    /// A VOP with the headers before it. A unit has one, unless the container packs several.
    private struct Picture {
        /// Where the VOP's start code is; `end` if there is none.
        let vop: Int
        let end: Int

        init(_ bytes: RawSpan, from start: Int) {
            var vop: Int?
            var next = bytes.startCodeEnd(from: start)
            while let code = next, code < bytes.byteCount {
                // visual_object_sequence_end_code stays with what it ends.
                if vop != nil, bytes.byte(code) != 0xB1 { break }
                if bytes.byte(code) == 0xB6 { vop = code - 3 }
                next = bytes.startCodeEnd(from: code)
            }
            self.end = next.map { $0 < bytes.byteCount ? $0 - 3 : bytes.byteCount } ?? bytes.byteCount
            self.vop = vop ?? end
        }

        /// Where the packet that begins at `start` ends.
        func cut(from start: Int, largest: Int) -> Int {
            let full = start + largest
            guard full < end else { return end }
            if start < vop {
                guard full > vop else { return full }
                guard full >= vop + MPEG4VisualPacketizer.vopHeader else { return vop }
            }
            return full
        }
    }
}
