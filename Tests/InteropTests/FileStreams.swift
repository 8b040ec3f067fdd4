import Foundation

/// The streams of a file that the server should offer, as FFmpeg finds them: the first of each kind.
struct FileStreams {
    struct Stream {
        let index: Int
        let codec: String
        let coding: ServedCodecs.Codec
        /// Hz, as decoded; zero for video.
        let sampleRate: Int
        /// Seconds per picture; zero for audio.
        let frameDuration: Double
    }

    let path: String
    /// FFmpeg's name of the demuxer.
    let container: String
    let video: Stream?
    let audio: Stream?

    var times: ContainerTimes { ContainerTimes(of: container) }
    var isMP4: Bool { container.contains("mov,mp4") }
    var isAVI: Bool { container == "avi" }
    /// All samples, edit lists only as offsets.
    var inputOptions: [String] { Self.inputOptions(container) }

    private static func inputOptions(_ container: String) -> [String] {
        container.contains("mov,mp4") ? ["-advanced_editlist", "0"] : []
    }

    private struct Listing: Decodable {
        struct Stream: Decodable {
            let index: Int
            let codec_name: String?
            let channels: Int?
            let sample_rate: String?
            let r_frame_rate: String?
            let avg_frame_rate: String?
            let nb_read_packets: String?
            let disposition: [String: Int]?
        }
        struct Format: Decodable { let format_name: String }
        let streams: [Stream]?
        let format: Format?
    }

    /// Streams that have samples, are no cover art and are not encrypted; nil if there are none, and of images.
    init?(of path: String) async throws {
        let entries =
            "stream=index,codec_name,channels,sample_rate,r_frame_rate,avg_frame_rate,nb_read_packets:stream_disposition:format=format_name"
        let format = try? JSONDecoder().decode(
            Listing.self, from: Data(try await Self.ask(["-show_entries", "format=format_name"], path).utf8))
        guard let container = format?.format?.format_name, !Self.isImage(container) else { return nil }
        let options = Self.inputOptions(container)
        let text = try await Self.ask(options + ["-count_packets", "-show_entries", entries], path)
        guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(text.utf8)) else { return nil }
        self.path = path
        self.container = container
        let candidates = (listing.streams ?? []).filter {
            Int($0.nb_read_packets ?? "0") ?? 0 > 0 && $0.disposition?["attached_pic"] != 1
        }
        var found: [Bool: Stream] = [:]
        for stream in candidates {
            guard let codec = stream.codec_name else { continue }
            // It is offered, and a client that plays the title gets it too.
            if ServedCodecs.notCompared.contains(codec) { return nil }
            let video = ServedCodecs.video[codec]
            guard let coding = video ?? ServedCodecs.audio[codec], found[video != nil] == nil else { continue }
            // RFC 7587 has one or two channels.
            if codec == "opus", stream.channels ?? 0 > 2 { continue }
            if try await Self.isEncrypted(stream.index, options, path) { continue }
            let isMultichannel = ["pcm_mulaw", "pcm_alaw"].contains(codec) && stream.channels ?? 1 > 1
            found[video != nil] = Stream(
                index: stream.index, codec: codec,
                // RFC 3551 4.5.14: PCMU and PCMA have one channel here; several are expanded.
                coding: isMultichannel ? .init(encodingName: "L16", comparison: .samples) : coding,
                sampleRate: stream.sample_rate.flatMap { Int($0) } ?? 0,
                frameDuration: Self.frameDuration(stream))
        }
        video = found[true]
        audio = found[false]
        if found.isEmpty { return nil }
    }

    /// Seconds: as the codec's headers say. What is shorter than any picture is the tick of a clock: the demuxer's own rate counts then,
    /// and 25 if it has none.
    private static func frameDuration(_ stream: Listing.Stream) -> Double {
        let durations = [stream.r_frame_rate, stream.avg_frame_rate].compactMap { rate in
            let numbers = (rate ?? "").split(separator: "/").compactMap { Double($0) }
            return numbers.count == 2 && numbers[0] > 0 ? numbers[1] / numbers[0] : nil
        }
        return durations.first { $0 >= 1.0 / 300 } ?? 1.0 / 25
    }

    /// A picture is no film, whatever its codec.
    static func isImage(_ container: String) -> Bool {
        container.hasSuffix("_pipe") || ["image2", "gif", "apng", "ico"].contains(container)
    }

    private static func ask(_ arguments: [String], _ path: String) async throws -> String {
        try await Tool.run(["ffprobe", "-v", "error", "-of", "json"] + arguments + [path], seconds: 120).output
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

    /// What a decoder makes of one unit, in the order of presentation.
    private struct Decoded: Decodable {
        struct Frame: Decodable {
            let key_frame: Int?
            let best_effort_timestamp_time: String?
            let repeat_pict: Int?
            let nb_samples: Int?
        }
        let frames: [Frame]
    }

    private func decoded(_ stream: Stream, _ entries: String, _ options: [String] = []) async throws -> [Decoded.Frame]
    {
        let selection = ["-select_streams", "\(stream.index)", "-show_entries", "frame=" + entries]
        let text = try await Self.ask(options + inputOptions + selection, path)
        return try JSONDecoder().decode(Decoded.self, from: Data(text.utf8)).frames
    }

    /// Pictures in the order in which they are presented.
    struct Picture {
        /// A decoder calls it a key frame.
        let isKey: Bool
        /// Seconds; not a number if the container has none.
        let stamp: Double
        /// Frames for which it is shown.
        let frames: Double
    }

    func pictures(of stream: Stream) async throws -> [Picture] {
        try await decoded(stream, "key_frame,best_effort_timestamp_time,repeat_pict").map { frame in
            Picture(
                isKey: frame.key_frame == 1, stamp: frame.best_effort_timestamp_time.flatMap(Double.init) ?? .nan,
                frames: 1 + Double(frame.repeat_pict ?? 0) / 2)
        }
    }

    /// Samples of each unit as it is decoded, nothing trimmed.
    func sampleCounts(of stream: Stream) async throws -> [Int] {
        try await decoded(stream, "nb_samples", ["-flags2", "+skip_manual"]).map { $0.nb_samples ?? 0 }
    }
}
