import Foundation

/// One step of the great playback test, which ends in a row of the table whatever happens.
struct PlaybackJob: Sendable {
    /// Unique.
    let name: String
    /// How long it will take, about.
    let seconds: Double
    /// Processors that it occupies meanwhile, about.
    let load: Double
    let run: @Sendable () async -> Report.Row

    /// Whether the server offers just what the file holds.
    static func offer(_ reference: Reference, from server: Server) -> PlaybackJob {
        PlaybackJob(name: "\(reference.name) DESCRIBE", seconds: 0.2, load: 0.4) {
            let expected = [reference.video, reference.audio].compactMap(\.?.coding.encodingName)
            var differences: [String] = []
            var offered: [String] = []
            do {
                let description = try await Description(of: reference.name, from: server)
                offered = description.media.compactMap(\.encoding)
                if !expected.allSatisfy(offered.contains) {
                    differences = ["DESCRIBE: \(description.status), offers \(offered), the file has \(expected)"]
                }
                if let told = description.duration, !reference.isJoined, abs(told - reference.duration) > 0.2001 {
                    differences.append("tells \(told) s, the file has \(reference.duration)")
                }
            } catch {
                differences = ["\(error)"]
            }
            return Report.Row(
                title: reference.name, client: "DESCRIBE", transport: .tcp, frames: offered.joined(separator: ", "),
                audio: "", seeks: "", differences: differences)
        }
    }

    static func play(
        _ reference: Reference, by player: any Player, _ transport: Transport, from server: Server, scratch: URL
    ) -> PlaybackJob {
        // Reading, decoding and hashing: measured, processor seconds per byte of pictures; and the client's start.
        let rate = Double((reference.video?.frames ?? []).reduce(0) { $0 + $1.bytes }) / max(reference.duration, 1)
        let load = 0.02 + rate * 1.6e-9 + 0.4 / (reference.duration + 1)
        return PlaybackJob(
            name: "\(reference.name) \(player.name) \(transport)", seconds: reference.duration + 1, load: load
        ) {
            var delivery = Delivery()
            do {
                delivery = try await player.play(
                    reference, url: server.url(reference.name), transport: transport, limit: reference.duration + 25,
                    scratch: scratch)
            } catch {
                delivery.failure = "\(error)"
            }
            return Report.Row(
                title: reference.name, client: player.name, transport: transport,
                frames: reference.video.map { video in
                    "\(delivery.frames.count)/\(video.frames.count)" + (delivery.shown.map { " (shown \($0))" } ?? "")
                } ?? "-",
                audio: reference.audio.map { "\(delivery.audio.count)/\($0.units.count)" } ?? "-", seeks: "",
                differences: PlayComparison.differences(delivery, reference))
        }
    }

    static func seek(
        _ reference: Reference, by seeker: any Seeker, _ transport: Transport, from server: Server, scratch: URL
    ) -> PlaybackJob {
        let positions = SeekComparison.positions(reference)
        // The slowest title has a picture a second: reordered, the second one is there after seven.
        let rate = Double(reference.video?.frames.count ?? 100) / max(reference.duration, 1)
        let seconds = 15 + 70 / max(rate, 1)
        return PlaybackJob(
            name: "\(reference.name) \(seeker.name) \(transport) seeks", seconds: seconds, load: 1 / seconds
        ) {
            var differences: [String]
            var done = 0
            do {
                var runs = try await seeker.seekRuns(
                    server.url(reference.name), transport: transport, positions: positions, limit: 15, scratch: scratch)
                done = runs.count { $0.error == nil }
                differences = SeekComparison.differences(runs, asked: positions, reference)
                if !differences.isEmpty {
                    for index in runs.indices { runs[index] = await runs[index].redecoded() }
                    differences = SeekComparison.differences(runs, asked: positions, reference)
                }
            } catch {
                differences = ["\(error)"]
            }
            return Report.Row(
                title: reference.name, client: seeker.name, transport: transport, frames: "", audio: "",
                seeks: "\(done)/\(positions.count)", differences: differences)
        }
    }
}

/// The reply to DESCRIBE, as `Clients/rtsp.py` prints it.
struct Description: Decodable {
    struct Media: Decodable {
        let kind: String
        /// nil if there is no rtpmap.
        let encoding: String?
    }

    let status: Int
    let sdp: String
    let media: [Media]

    /// Seconds, as `a=range` tells; nil if it leaves the end open.
    var duration: Double? { sdp.firstMatch(of: /a=range:npt=[0-9.]+-([0-9.]+)/).flatMap { Double($0.1) } }

    init(of path: String, from server: Server) async throws {
        let command = [Place.systemPython, Place.script("rtsp.py"), "describe", server.url(path)]
        self = try JSONDecoder().decode(Description.self, from: Data(try await Tool.require(command).utf8))
    }
}
