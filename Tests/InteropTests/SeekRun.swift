import Foundation

/// What a client got after one seek.
struct SeekRun: Sendable {
    struct Sample: Sendable {
        /// NPT, seconds; nil where the client does not know.
        let presentation: Double?
        let hash: UInt32
    }

    /// NPT asked for, seconds.
    let asked: Double
    /// The start of the reply's Range, NPT in seconds.
    let start: Double?
    /// The first decoded pictures, in presentation order.
    var frames: [Sample]
    /// The first audio units.
    let audio: [Sample]
    let error: String?
    /// Samples at the start that may come from before the seek: FFmpeg's client does not drop datagrams that it received
    /// before the reply to PLAY, and takes them for the new position's.
    var stale = 0
    /// What a fresh decoder makes of the units from each key frame on: stale units mix into the first one's order of presentation.
    var restarts: [[Sample]] = []
    /// Where the H.264 stream lies as it came, if the client kept it.
    var capture: String?

    /// The same with its first picture decoded anew by FFmpeg: GStreamer's avdec_h264 needs an IDR picture to begin with, and an open group
    /// of pictures has none.
    func redecoded() async -> SeekRun {
        guard let capture, let first = try? await AnnexB.hashes(capture).first else { return self }
        var copy = self
        copy.frames = [.init(presentation: nil, hash: first)]
        return copy
    }
}

extension GStreamerPlayer: Seeker {
    func seekRuns(_ url: String, transport: Transport, positions: [Double], limit: Double, scratch: URL) async throws
        -> [SeekRun]
    {
        try await seek(url, transport: transport, positions: positions, limit: limit, scratch: scratch).map { run in
            let video = run.tracks["video"]
            let audio = run.tracks["audio"]
            let start = (video ?? audio)?.start.map { Double($0) * 1e-9 }
            let times = video?.pictureTimes ?? []
            return SeekRun(
                asked: run.asked ?? -1, start: start,
                frames: (video?.frames ?? []).enumerated().map { index, frame in
                    .init(
                        presentation: times.indices.contains(index) ? times[index] : nil,
                        hash: UInt32(truncatingIfNeeded: frame[1] ?? 0))
                },
                audio: audio.map { track in
                    track.units.indices.map {
                        .init(
                            presentation: track.presentation(of: $0),
                            hash: UInt32(truncatingIfNeeded: track.units[$0][2] ?? 0))
                    }
                } ?? [],
                error: run.error, capture: run.capture)
        }
    }
}

/// FFmpeg's client through PyAV (`Clients/av_seek.py`): its own seek is a PAUSE and a PLAY with a Range in one session.
struct PyAVPlayer: Seeker {
    let name = "PyAV"

    private struct Run: Decodable {
        struct Track: Decodable {
            let timebase: [Double]
            let units: [[Int64?]]
            let frames: [[Int64?]]
            let restarts: [[[Int64?]]]

            func samples(_ list: [[Int64?]]) -> [SeekRun.Sample] {
                list.map { entry in
                    .init(
                        presentation: entry[0].map { Double($0) * timebase[0] / timebase[1] },
                        hash: UInt32(truncatingIfNeeded: entry[1] ?? 0))
                }
            }
        }

        let asked: Double
        let error: String?
        let range: String?
        let tracks: [String: Track]
    }

    func seekRuns(_ url: String, transport: Transport, positions: [Double], limit: Double, scratch: URL) async throws
        -> [SeekRun]
    {
        let output = scratch.appending(path: "\(UUID().uuidString).json").path
        let command =
            Tool.urgently + [
                try Place.clientsPython, Place.script("av_seek.py"), url, transport.rawValue, output, "--timeout",
                "\(limit)", "--seek",
            ]
            + positions.map { "\($0)" }
        let outcome = try await Tool.run(command, seconds: limit * Double(positions.count + 1))
        guard outcome.status == 0, let data = FileManager.default.contents(atPath: output) else {
            throw ToolFailure(command: command, outcome: outcome)
        }
        return try JSONDecoder().decode([Run].self, from: data).map { run in
            let video = run.tracks["video"]
            let audio = run.tracks["audio"]
            let start = run.range.flatMap { $0.firstMatch(of: /npt=([0-9.]+)-/)?.1 }.flatMap { Double($0) }
            return SeekRun(
                asked: run.asked, start: start, frames: video.map { $0.samples($0.frames) } ?? [],
                audio: audio.map { $0.samples($0.units) } ?? [], error: run.error, stale: transport == .udp ? 40 : 0,
                restarts: video.map { video in video.restarts.map(video.samples) } ?? [])
        }
    }
}
