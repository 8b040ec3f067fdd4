import Library
import MediaCore
import NIOPosix
import Synchronization

/// Walks a directory and examines its files on a few threads: each takes the next one when it is done with its last.
final class CheckRun: Sendable {
    private let directory: String
    private let walk: Mutex<DirectoryWalk>
    private let examiner: FileExaminer
    private let report: CheckReport

    /// - Parameter readingTime: for which a file is read at most; nil: it is not read.
    /// - Throws: as the directory.
    init(_ directory: String, readingTime: MediaTime?, report: CheckReport) throws(MediaError) {
        self.directory = directory
        walk = Mutex(try DirectoryWalk(directory))
        examiner = try FileExaminer(directory, readingTime: readingTime)
        self.report = report
    }

    func run(jobs: Int) async {
        // One more, that counts ahead.
        let threads = NIOThreadPool(numberOfThreads: jobs + 1)
        threads.start()
        await withTaskGroup { group in
            let ticker = CheckReport.isWatched ? Task { await self.drawBars() } : nil
            if CheckReport.isWatched { group.addTask { try? await threads.runIfActive { self.count() } } }
            for _ in 0..<jobs { group.addTask { try? await threads.runIfActive { self.work() } } }
            await group.waitForAll()
            ticker?.cancel()
        }
        try? await threads.shutdownGracefully()
    }

    private func work() {
        while let item = walk.withLock({ $0.next() }) { report.add(checked(item)) }
    }

    private func checked(_ item: DirectoryWalk.Item) -> CheckedFile {
        switch item {
        case .file(let path): CheckedFile(path, examiner.examine(path))
        case .strayLink(let path):
            CheckedFile(
                path,
                unopened: .init(kind: .strayLink, text: "a link that leads out of the directory, or to nothing"))
        case .closedFolder(let path, let reason):
            CheckedFile(path, unopened: .init(kind: .unreadable, text: "a folder that cannot be read: \(reason)"))
        }
    }

    private func count() {
        guard var walk = try? DirectoryWalk(directory) else { return }
        while walk.next() != nil { report.count() }
        report.countedAll()
    }

    private func drawBars() async {
        while (try? await Task.sleep(for: .milliseconds(200))) != nil { report.drawBar() }
    }
}
