import ArgumentParser
import FoundationEssentials

@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Serves a directory of media files over RTSP.",
        discussion: """
            Every media file becomes rtsp://HOST:8554/PATH, and each viewer has a timeline of its own: play, pause, seek.

              sluice serve ~/films
              sluice probe ~/films/holiday.mp4
              sluice check ~/films
              sluice load rtsp://127.0.0.1:8554/holiday.mp4 --clients 20
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, ProbeCommand.self, CheckCommand.self, LoadCommand.self, HealthCommand.self,
            FormatsCommand.self,
        ])
    /// Flags of `serve` come from the environment and a file too.
    static func main() async {
        do {
            let completed = ServeArguments(
                environment: ProcessInfo.processInfo.environment, readFile: ConfigurationFile.text(of:))
            await main(try completed.complete(Array(CommandLine.arguments.dropFirst())))
        } catch {
            exit(withError: error)
        }
    }
}
