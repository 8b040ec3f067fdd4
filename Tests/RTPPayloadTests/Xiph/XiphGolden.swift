import Foundation
import MediaCore
import RTPPayload
import Testing

/// Bytes of Base64, none if it is none.
func base64Decoded(_ text: String) -> [UInt8] { Data(base64Encoded: text).map { [UInt8]($0) } ?? [] }

/// Recordings of Vorbis and Theora: see Golden/README.md.
extension GoldenFile {
    func xiphFormat(_ codec: Codec) throws -> PayloadFormat {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: codec, kind: codec == .vorbis ? .audio : .video, configuration: configuration))
    }

    /// Our payloads for the recording's units.
    func packetizeXiph(_ format: PayloadFormat, mtu: Int? = nil) throws -> [[UInt8]] {
        let layout = PacketLayout(prefix: 4, maximumPacketSize: mtu ?? self.mtu)
        var packetizer = format.packetizer(layout)
        return try units.flatMap { try Packetized(&packetizer, $0.bytes, layout: layout, markers: .none).payloads }
    }

    /// The packed configuration in GStreamer's caps.
    private func capsConfiguration() throws -> [UInt8] {
        let caps = try #require(descriptions.first { $0.contains("configuration=") })
        let value = try #require(caps.components(separatedBy: "configuration=(string)").last)
        return base64Decoded(value.prefix { $0 != "," && $0 != ";" }.filter { $0 != "\"" && $0 != "\\" })
    }

    /// The format of the headers that GStreamer sent: libavformat shortens Vorbis' comments.
    func gstreamerFormat(_ codec: Codec) throws -> PayloadFormat {
        let packed = try capsConfiguration()
        try #require(packed.count > 60 && packed[9] == 2 && packed[10] < 128 && packed[11] < 128)
        let body = packed[12...]
        let (first, second) = (Int(packed[10]), Int(packed[11]))
        let headers = [body.prefix(first), body.dropFirst(first).prefix(second), body.dropFirst(first + second)]
        let codec = CodecDescription(
            codec: codec, kind: codec == .vorbis ? .audio : .video,
            configuration: XiphStreams.laced(headers.map { Array($0) }))
        return try PayloadFormat.make(for: codec)
    }

    /// The configuration in GStreamer's caps is ours, but for the length, which counts the bytes that state lengths there.
    func expectConfiguration(_ format: PayloadFormat) throws {
        var theirs = try capsConfiguration()
        var mine = base64Decoded(format.fmtp[0].value)
        try #require(mine.count == theirs.count)
        for index in 7..<9 { (theirs[index], mine[index]) = (0, 0) }
        #expect(theirs == mine)
    }
}
