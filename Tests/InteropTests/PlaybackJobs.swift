import Foundation

/// The single steps of the great playback test, each of which ends in a row of the table, whatever happens.
enum PlaybackJobs {
    /// Whether the server offers just what the file holds.
    static func offer(_ reference: Reference, from server: Server) async -> Report.Row {
        struct Description: Decodable {
            struct Media: Decodable {
                let kind: String
                let encoding: String?
            }
            let status: Int
            let media: [Media]
        }
        let expected = (reference.video == nil ? [] : ["H264"]) + (reference.audio == nil ? [] : ["MPEG4-GENERIC"])
        var differences: [String] = []
        var offered = ""
        do {
            let text = try await Tool.require([
                Place.systemPython, Place.script("rtsp.py"), "describe", server.url(reference.name),
            ])
            let description = try JSONDecoder().decode(Description.self, from: Data(text.utf8))
            let encodings = description.media.compactMap(\.encoding)
            offered = encodings.joined(separator: ", ")
            if encodings.sorted() != expected.sorted() {
                differences.append("DESCRIBE: \(description.status), offers \(encodings), the file has \(expected)")
            }
        } catch {
            differences.append("\(error)")
        }
        return Report.Row(
            title: reference.name, client: "DESCRIBE", transport: .tcp, frames: offered, audio: "", seeks: "",
            differences: differences)
    }

    static func play(
        _ reference: Reference, client: String, transport: Transport, _ body: (_ limit: Double) async throws -> Delivery
    ) async -> Report.Row {
        var delivery = Delivery()
        do {
            delivery = try await body(reference.duration + 25)
        } catch {
            delivery.failure = "\(error)"
        }
        return Report.Row(
            title: reference.name, client: client, transport: transport,
            frames: reference.video.map { "\(delivery.frames.count)/\($0.frames.count)" } ?? "-",
            audio: reference.audio.map { "\(delivery.audio.count)/\($0.units.count)" } ?? "-", seeks: "",
            differences: PlayComparison.differences(delivery, reference))
    }

    static func seek(
        _ reference: Reference, client: String, transport: Transport,
        _ body: (_ positions: [Double], _ limit: Double) async throws -> [SeekRun]
    ) async -> Report.Row {
        let positions = SeekComparison.positions(reference)
        var differences: [String]
        var done = 0
        do {
            // Long enough for two pictures of the slowest title, one a second with reordering, but no longer than a hang deserves.
            let runs = try await body(positions, 12)
            done = runs.count { $0.error == nil }
            differences = SeekComparison.differences(runs, asked: positions, reference)
        } catch {
            differences = ["\(error)"]
        }
        return Report.Row(
            title: reference.name, client: client, transport: transport, frames: "", audio: "",
            seeks: "\(done)/\(positions.count)",
            differences: differences)
    }
}
