import CFFmpeg
package import Logging
import Synchronization

/// Brings libav's log lines into the server's log, under the label `libav`.
///
/// What the libraries call an error is a defect of one file, not of the server, so every level goes down by one.
package enum LogBridge {
    /// Installs the bridge for the whole process. Lines that `logger` would not show are never formatted.
    package static func install(_ logger: Logger) {
        sink.withLock { $0 = logger }
        av_log_set_level(avLevel(for: logger.logLevel))
        av_log_set_callback { context, level, format, arguments in
            guard let format, let arguments, level <= av_log_get_level() else { return }
            LogBridge.forward(context, level, format, arguments)
        }
    }

    /// Lines are cut at this many bytes.
    static let maximumLineLength = 1_024

    /// Our own doing: a demuxer that goes to a block in the middle of a cluster finds no key frame there.
    static let expected = "File is broken, keyframes not correctly marked!\n"

    private static let sink = Mutex<Logger?>(nil)

    private static func forward(
        _ context: UnsafeMutableRawPointer?, _ level: Int32, _ format: UnsafePointer<CChar>, _ arguments: CVaListPointer
    ) {
        guard strcmp(format, expected) != 0, let logger = sink.withLock({ $0 }) else { return }
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: maximumLineLength) { line in
            sluice_format_log(line.baseAddress!, line.count, format, arguments)
            return line.withMemoryRebound(to: UInt8.self) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }.filter { $0 >= 0x20 }, as: UTF8.self)
            }
        }
        guard !text.isEmpty else { return }
        let source = sluice_log_source(context).map { String(cString: $0) } ?? "libav"
        logger.log(level: self.level(for: level), "\(text)", metadata: ["source": "\(source)"])
    }

    static func level(for level: Int32) -> Logger.Level {
        switch level {
        case ...AV_LOG_FATAL: .error
        case ...AV_LOG_ERROR: .warning
        case ...AV_LOG_WARNING: .info
        case ...AV_LOG_VERBOSE: .debug
        default: .trace
        }
    }

    static func avLevel(for level: Logger.Level) -> Int32 {
        switch level {
        case .trace: AV_LOG_DEBUG
        case .debug: AV_LOG_VERBOSE
        case .info, .notice: AV_LOG_WARNING
        case .warning: AV_LOG_ERROR
        case .error, .critical: AV_LOG_FATAL
        }
    }
}
