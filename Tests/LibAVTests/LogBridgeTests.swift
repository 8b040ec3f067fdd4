import CFFmpeg
import Logging
import Synchronization
import Testing

@testable import LibAV

@Suite(.serialized) struct LogBridgeTests {
    private final class Recorder: LogHandler, Sendable {
        let lines = Mutex<[String]>([])
        subscript(metadataKey _: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .info }
            set {}
        }
        func log(event: LogEvent) {
            lines.withLock { $0.append("\(event.level) \(event.message)") }
        }
    }

    @Test func `lines arrive, one level lower, without control characters, cut to length`() {
        let recorder = Recorder()
        LogBridge.install(Logger(label: "libav", factory: { _ in recorder }))
        withVaList([42, 7]) { av_vlog(nil, AV_LOG_ERROR, "broken %d of %d\n", $0) }
        withVaList([]) { av_vlog(nil, AV_LOG_DEBUG, "not shown", $0) }
        withVaList([]) { av_vlog(nil, AV_LOG_WARNING, String(repeating: "x", count: 5_000), $0) }
        withVaList([]) { av_vlog(nil, AV_LOG_ERROR, LogBridge.expected, $0) }
        let lines = recorder.lines.withLock { $0 }
        #expect(lines.contains("warning broken 42 of 7"))
        #expect(!lines.contains { $0.contains("not shown") || $0.contains("keyframes") })
        #expect(lines.contains { $0.hasPrefix("info xxx") && $0.utf8.count == 5 + LogBridge.maximumLineLength - 1 })
        av_log_set_callback { av_log_default_callback($0, $1, $2, $3!) }
    }

    @Test(arguments: [
        (AV_LOG_PANIC, Logger.Level.error), (AV_LOG_FATAL, .error), (AV_LOG_ERROR, .warning), (AV_LOG_WARNING, .info),
        (AV_LOG_INFO, .debug), (AV_LOG_VERBOSE, .debug), (AV_LOG_DEBUG, .trace), (AV_LOG_TRACE, .trace),
    ])
    func `levels`(libav: Int32, level: Logger.Level) { #expect(LogBridge.level(for: libav) == level) }
}
