import ArgumentParser
import Glibc
import Library
import Logging
import MediaCore
import NIOCore
import UnixSignals

/// `sluice check`: what a person runs before pointing a hotel at a directory.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look at every file of a directory: what is served of it, and what is wrong.",
        discussion: """
            Walks DIRECTORY as the server finds files (hidden names are passed over, links are followed to files inside the directory) and \
            prints of each its container, its tracks with their payload formats and the clients that can receive them, streams left out, \
            and problems; at the end, a summary. Files come in the order in which they are done.

            EXAMPLES
              sluice check ~/films
              sluice check ~/films --quick
              sluice check ~/films --json | jq -c 'select(.problems != [])'

            PROBLEMS
              cannot be served    an error for viewers: no media, or of no codec that can be sent
              unreadable          damaged beyond opening, no permission, or reading fails on the way
              link                leads out of the directory, or to nothing: not served
              truncated           the container promises more than the file holds; and up to where it plays
              no key frames       none, or a single one in a long file: seeks go back to its start
              skewed              tracks that belong together lie far apart in the file: a viewer costs a reader for each track
              damaged             some access units cannot be sent
            Each file is opened, and read for at most --seconds: truncation, key frames, skew and damage are found in what was read; \
            --quick reads nothing. An AVI whose index lets its readers jump is not skewed.

            WHAT FAILS
            Exits with 1 if a file, link or folder cannot be served. Texts, images, subtitles and all else that is no media lie beside \
            films everywhere: they are counted apart, unless their name is one of media (film.mp4, song.flac). Problems of files that are \
            served do not fail. Ctrl-C ends with the summary so far, and 130.

            JSON
            --json prints one object a line: each file as it is done, and at the end {"summary": ...}. Times are seconds.
            """)

    @Argument(help: "The directory.", completion: .directory)
    var directory: String

    @Flag(help: "Print JSON lines.")
    var json = false

    @Option(help: "Files that are looked at at once. (default: one per core)")
    var jobs: Int?

    @Flag(help: "Open files, but do not read them.")
    var quick = false

    @Option(help: "How long a file is read at most.")
    var seconds = 10

    func validate() throws {
        guard jobs.map({ (1...256).contains($0) }) ?? true else { throw ValidationError("--jobs is from 1 to 256.") }
        guard (1...86_400).contains(seconds) else { throw ValidationError("--seconds is from 1 to 86400.") }
    }

    func run() async throws {
        bridgeLibAVLog(to: Logger(label: "libav") { _ in SwiftLogNoOpLogHandler() })
        let report = CheckReport(isJSON: json)
        let run: CheckRun
        do {
            run = try CheckRun(directory, readingTime: quick ? nil : .seconds(Int64(seconds)), report: report)
        } catch {
            FileOutput.error("sluice: \(directory): \(error == .notFound ? "no such directory" : "\(error)")")
            throw ExitCode.failure
        }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let watch = Task {
            for await _ in signals {
                // Files may be under way for seconds: nobody waits for them.
                if report.finish(isInterrupted: true) != nil { _exit(130) }
            }
        }
        await run.run(jobs: jobs ?? System.coreCount)
        watch.cancel()
        guard report.finish()?.isClean == true else { throw ExitCode.failure }
    }
}
