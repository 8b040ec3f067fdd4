import Glibc
import NIOCore
import NIOPosix

extension ConnectionHandler {
    /// The cause of a network error in a few words: "Connection refused".
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "unknown host \(error.host)"
        case ChannelError.connectTimeout: "timed out"
        default: "\(error)"
        }
    }
}
