import Foundation

/// What `Clients/raw_viewer.py` counted.
struct RawViewer: Decodable, Sendable {
    struct Track: Decodable, Sendable {
        let packets: Int
        let lost: Int
        let reordered: Int
        let bye: Bool
        let sources: [String]
    }

    /// Status of the last SETUP.
    let setup: Int?
    /// Status of PLAY; nil if it did not come to that.
    let play: Int?
    let ended: Bool
    let tracks: [Track]

    static func command(_ url: String, _ transport: Transport, seconds: Double, options: [String] = []) -> [String] {
        [Place.systemPython, Place.script("raw_viewer.py"), url, transport.rawValue, "--seconds", "\(seconds)"]
            + options
    }

    /// Plays `url` for at most `seconds`.
    static func watch(
        _ url: String, _ transport: Transport, seconds: Double, prefix: [String], options: [String] = []
    ) async throws -> RawViewer {
        let command = Tool.urgently + prefix + command(url, transport, seconds: seconds, options: options)
        return try JSONDecoder().decode(
            RawViewer.self, from: Data(try await Tool.require(command, seconds: seconds + 20).utf8))
    }
}
