internal import LibAV
package import Logging

/// Sends the FFmpeg libraries' log lines of this process to `logger`, each one level lower than they put it: what
/// they call an error is a defect of one file.
package func bridgeLibAVLog(to logger: Logger) { LogBridge.install(logger) }
