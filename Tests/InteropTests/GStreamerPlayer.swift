import Foundation

/// GStreamer's rtspsrc as a client, through `Clients/gst_play.py`.
struct GStreamerPlayer: Player {
    let name = "GStreamer"

    /// One element of the script's output.
    struct Run: Decodable, Sendable {
        struct Track: Decodable, Sendable {
            let rate: Double
            /// RTP-Info's rtptime.
            let rtptime: UInt32?
            /// The reply's Range start, nanoseconds.
            let start: Int64?
            /// NTP and RTP time of each sender report.
            let reports: [[UInt64]]
            /// RTP time, PTS, hash.
            let units: [[UInt64?]]
            /// PTS, hash.
            let frames: [[UInt64?]]
            /// How many different RTP timestamps came.
            let timestamps: Int

            /// NPT of the unit at `index` by RTP-Info and Range, seconds.
            func presentation(of index: Int) -> Double? {
                guard let rtptime, let start, units.indices.contains(index), let rtp = units[index][0] else {
                    return nil
                }
                return Double(start) * 1e-9 + Double(Int32(bitPattern: UInt32(truncatingIfNeeded: rtp) &- rtptime))
                    / rate
            }

            /// NPT of the pictures, in presentation order.
            var pictureTimes: [Double] { units.indices.compactMap(presentation).sorted() }

            /// Wall clock of the unit at `index` by the first sender report, seconds since `epoch` (NTP, 32.32).
            func wallClock(of index: Int, epoch: UInt64) -> Double? {
                guard let report = reports.first, report.count == 2, units.indices.contains(index),
                    let rtp = units[index][0]
                else {
                    return nil
                }
                let ntp = Double(Int64(bitPattern: report[0] &- epoch)) / 4_294_967_296
                return ntp + Double(
                    Int32(bitPattern: UInt32(truncatingIfNeeded: rtp) &- UInt32(truncatingIfNeeded: report[1]))) / rate
            }
        }

        let asked: Double?
        let error: String?
        let eos: Bool
        let seconds: Double
        /// Where the H.264 stream lies as it came.
        let capture: String
        let tracks: [String: Track]
    }

    func play(_ reference: Reference, url: String, transport: Transport, limit: Double, scratch: URL) async throws
        -> Delivery
    {
        let output = scratch.appending(path: "\(UUID().uuidString).json").path
        let command =
            Tool.urgently + [
                Place.systemPython, Place.script("gst_play.py"), url, transport.rawValue, output, "--timeout",
                "\(limit)",
            ]
        let outcome = try await Tool.run(command, seconds: limit + 10)
        guard let data = FileManager.default.contents(atPath: output),
            let run = try JSONDecoder().decode([Run].self, from: data).first
        else {
            return Delivery(failure: "wrote nothing: \(outcome.lastErrors)", seconds: outcome.seconds)
        }
        var delivery = Self.delivery(run)
        guard Self.isDecoded(reference) else {
            delivery.timestamps = (run.tracks["video"]?.timestamps ?? 0, run.tracks["audio"]?.timestamps ?? 0)
            return delivery
        }
        return try await Self.redecoded(delivery, run.capture, reference)
    }

    /// Decoding live, avdec_h264 learns the depth of reordering as it goes and drops a picture that comes after its turn. If all units came
    /// and it showed the first picture, the last, and nothing wrong, FFmpeg decodes the stream as it came instead; the report then says how
    /// many pictures were shown.
    private static func redecoded(
        _ delivery: Delivery, _ capture: String, _ reference: Reference
    ) async throws -> Delivery {
        let shown = delivery.frames.map(\.hash)
        guard let video = reference.video, delivery.videoUnits.count == video.units.count else { return delivery }
        let expected = video.frames.map(\.hash)
        guard shown != expected, shown.first == expected.first, shown.last == expected.last,
            shown.isSubsequence(of: expected)
        else {
            return delivery
        }
        var copy = delivery
        let times = delivery.videoUnits.sorted()
        copy.frames = try await AnnexB.hashes(capture).enumerated().map { index, hash in
            .init(pts: times.indices.contains(index) ? times[index] : nil, hash: hash)
        }
        copy.shown = shown.count
        return copy
    }

    /// The script decodes H.264 and keeps units of AAC; of other formats it counts what comes and waits for the end.
    static func isDecoded(_ reference: Reference) -> Bool {
        [nil, "h264"].contains(reference.video?.codec) && [nil, "aac"].contains(reference.audio?.codec)
    }

    /// Seeks to each position in turn.
    func seek(_ url: String, transport: Transport, positions: [Double], limit: Double, scratch: URL) async throws
        -> [Run]
    {
        let output = scratch.appending(path: "\(UUID().uuidString).json").path
        let command =
            Tool.urgently + [
                Place.systemPython, Place.script("gst_play.py"), url, transport.rawValue, output, "--timeout",
                "\(limit)", "--seek",
            ]
            + positions.map { "\($0)" }
        let outcome = try await Tool.run(command, seconds: limit * Double(positions.count + 1))
        guard let data = FileManager.default.contents(atPath: output) else {
            throw ToolFailure(command: command, outcome: outcome)
        }
        return try JSONDecoder().decode([Run].self, from: data)
    }

    private static func delivery(_ run: Run) -> Delivery {
        var delivery = Delivery(failure: run.error, seconds: run.seconds)
        if run.error == nil && !run.eos { delivery.failure = "EOS on the pipeline, but not on every track" }
        let video = run.tracks["video"]
        let audio = run.tracks["audio"]
        if let video {
            let times = video.pictureTimes
            delivery.frames = video.frames.enumerated().map { index, frame in
                .init(
                    pts: times.indices.contains(index) ? times[index] : nil,
                    hash: UInt32(truncatingIfNeeded: frame[1] ?? 0))
            }
            delivery.videoUnits = video.units.indices.compactMap(video.presentation)
            delivery.videoUnitHashes = video.units.map { UInt32(truncatingIfNeeded: $0[2] ?? 0) }
        }
        if let audio {
            let times = audio.units.indices.map { audio.presentation(of: $0) }
            delivery.audio = zip(audio.units, times).map {
                .init(pts: $1, hash: UInt32(truncatingIfNeeded: $0[2] ?? 0))
            }
        }
        if let video, let audio {
            let epoch = video.reports.first?.first ?? 0
            let pictures = video.units.indices.compactMap(video.presentation).min()
            if let pictures, let unit = audio.presentation(of: 0) {
                delivery.offsets.append(.init(source: "RTP-Info", picture: 0, value: pictures - unit))
            }
            let clocks = video.units.indices.compactMap { video.wallClock(of: $0, epoch: epoch) }.min()
            if let clocks, let unit = audio.wallClock(of: 0, epoch: epoch) {
                delivery.offsets.append(.init(source: "SR", picture: 0, value: clocks - unit))
            } else {
                delivery.failure = delivery.failure ?? "no sender report on some track"
            }
        }
        return delivery
    }
}

extension [UInt32] {
    /// Whether all elements occur in `other`, in this order.
    fileprivate func isSubsequence(of other: [UInt32]) -> Bool {
        var rest = self[...]
        for element in other where element == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }
}
