import Foundation

/// The streams of a file that the server should offer, as FFmpeg finds them: the first of each kind.
struct FileStreams {
    struct Stream {
        let index: Int
        let codec: String
        let coding: ServedCodecs.Codec
    }

    let path: String
    let isMP4: Bool
    let isAVI: Bool
    let video: Stream?
    let audio: Stream?

    /// All samples, edit lists only as offsets.
    var inputOptions: [String] { isMP4 ? ["-advanced_editlist", "0"] : [] }

    private struct Listing: Decodable {
        struct Stream: Decodable {
            let index: Int
            let codec_name: String?
            let channels: Int?
            let nb_read_packets: String?
            let disposition: [String: Int]?
        }
        struct Format: Decodable { let format_name: String }
        let streams: [Stream]
        let format: Format
    }

    /// Streams that have samples, are no cover art and are not encrypted; nil if there are none.
    init?(of path: String) async throws {
        let entries = "stream=index,codec_name,channels,nb_read_packets:stream_disposition:format=format_name"
        let format = try await Self.ask(["-show_entries", "format=format_name"], path)
        let isMP4 = format.contains("mov,mp4")
        let options = isMP4 ? ["-advanced_editlist", "0"] : []
        let text = try await Self.ask(options + ["-count_packets", "-show_entries", entries], path)
        guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(text.utf8)) else { return nil }
        self.path = path
        self.isMP4 = isMP4
        self.isAVI = format.contains("\"avi\"")
        let candidates = listing.streams.filter {
            Int($0.nb_read_packets ?? "0") ?? 0 > 0 && $0.disposition?["attached_pic"] != 1
        }
        var found: [Bool: Stream] = [:]
        for stream in candidates {
            guard let codec = stream.codec_name else { continue }
            let video = ServedCodecs.video[codec]
            guard let coding = video ?? ServedCodecs.audio[codec], found[video != nil] == nil else { continue }
            // RFC 7587 has one or two channels.
            if codec == "opus", stream.channels ?? 0 > 2 { continue }
            if try await Self.isEncrypted(stream.index, options, path) { continue }
            found[video != nil] = Stream(index: stream.index, codec: codec, coding: coding)
        }
        video = found[true]
        audio = found[false]
        if found.isEmpty { return nil }
    }

    private static func ask(_ arguments: [String], _ path: String) async throws -> String {
        try await Tool.run(["ffprobe", "-v", "error", "-of", "json"] + arguments + [path]).output
    }

    /// The first packet of a stream.
    private struct FirstPacket: Decodable {
        struct Packet: Decodable {
            struct SideData: Decodable { let side_data_type: String? }
            let side_data_list: [SideData]?
        }
        let packets: [Packet]
    }

    /// FFmpeg 5.1 calls an encrypted track by its codec; only the packets tell.
    private static func isEncrypted(_ stream: Int, _ options: [String], _ path: String) async throws -> Bool {
        let selection = ["-select_streams", "\(stream)", "-read_intervals", "%+#1", "-show_packets"]
        let first = try await ask(options + selection, path)
        let packets = (try? JSONDecoder().decode(FirstPacket.self, from: Data(first.utf8)))?.packets ?? []
        let sideData = packets.flatMap { $0.side_data_list ?? [] }.compactMap(\.side_data_type)
        return sideData.contains { $0.hasPrefix("Encryption") }
    }

    private struct Pictures: Decodable {
        struct Picture: Decodable {
            let key_frame: Int
            let best_effort_timestamp_time: String?
        }
        let frames: [Picture]
    }

    /// Presentation times of the pictures that a decoder calls key frames, seconds.
    func keyPictures(of stream: Stream) async throws -> [Double] {
        let entries = "frame=key_frame,best_effort_timestamp_time"
        let text = try await Self.ask(
            inputOptions + ["-select_streams", "\(stream.index)", "-show_entries", entries], path)
        return try JSONDecoder().decode(Pictures.self, from: Data(text.utf8)).frames.filter { $0.key_frame == 1 }
            .compactMap { $0.best_effort_timestamp_time.flatMap(Double.init) }
    }
}
