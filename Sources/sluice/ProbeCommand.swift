import ArgumentParser
import Delivery
import Library
import Logging
import MediaCore
import RTSPServer
import RTSPSession
import SDP

struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Show what a file holds and how it would be served.",
        discussion: """
            Prints container, duration, tracks with their languages, titles, payload formats and the clients that can receive them,
            streams left out with the reason, and the SDP that clients would get. The exit code is not zero when nothing of the file can be served.

            Examples:
              sluice probe holiday.mp4
              sluice probe holiday.mp4 && sluice serve .
            """)

    @Argument(help: "A media file.")
    var file: String

    func run() throws {
        bridgeLibAVLog(to: Logger(label: "libav") { _ in SwiftLogNoOpLogHandler() })
        let pool = IOPool(threads: 1, limit: 1) { work in work() }
        let title: FileTitle
        do {
            title = try FileTitle.open(path: file, pool: pool)
        } catch {
            FileOutput.error("sluice: \(file): \(error)")
            throw ExitCode.failure
        }
        let description = title.description
        FileOutput.line("file       \(file)")
        FileOutput.line("container  \(description.container)")
        FileOutput.line("duration   \(description.duration.map { "\($0) s" } ?? "unknown")")
        for (track, format) in zip(description.tracks, description.formats) {
            FileOutput.line("track \(track.id)    \(TrackText(track: track, format: format).line)")
        }
        for stream in description.omitted {
            FileOutput.line("left out   stream \(stream.index) (\(stream.codec)): \(stream.reason)")
        }
        if let refusal = description.refusal {
            FileOutput.error("sluice: \(file): \(refusal)")
            throw ExitCode.failure
        }
        let text = Presentation(title).sessionDescription(isIPv6: false).serialize()
        FileOutput.line("\n" + text.replacing("\r\n", with: "\n"))
    }
}
