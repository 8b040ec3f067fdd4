/// An H.264 stream in a file of its own (ISO/IEC 14496-10 Annex B), as a client received it.
enum AnnexB {
    /// Hashes of all its pictures as FFmpeg decodes them, in presentation order; `-strict 1` lets it wait for as many as the level allows.
    static func hashes(_ path: String) async throws -> [UInt32] {
        let command = ["ffmpeg", "-nostdin", "-v", "error", "-strict", "1", "-f", "h264", "-i", path]
        let text = try await Tool.require(command + ["-fps_mode", "passthrough", "-f", "framecrc", "-"], seconds: 120)
        return FrameList(text).entries.map(\.hash)
    }
}
