package import RTSP

/// Why a conversation with a server failed.
package enum ClientError: Error, Hashable, Sendable {
    /// The URL is no `rtsp://` URL.
    case invalidURL(String)
    /// The TCP connection could not be made.
    case cannotConnect(reason: String)
    /// The server closed the connection, or sent what is no RTSP.
    case connectionClosed(reason: String)
    /// The server did not answer in time.
    case timeout(Method)
    /// The server answered with a status other than 2xx.
    case refused(Method, StatusCode)
    /// The reply lacks what it must hold, or that cannot be read.
    case malformedReply(Method, reason: String)
    /// No pair of UDP ports could be bound.
    case noPorts(reason: String)
}

extension ClientError: CustomStringConvertible {
    /// One line for a person; equal for equal causes, so that they can be counted.
    package var description: String {
        switch self {
        case .invalidURL(let url): "not an rtsp:// URL: \(url)"
        case .cannotConnect(let reason): "cannot connect: \(reason)"
        case .connectionClosed(let reason): "connection closed: \(reason)"
        case .timeout(let method): "\(method): no reply in time"
        case .refused(let method, let status): "\(method): \(status)"
        case .malformedReply(let method, let reason): "\(method): unusable reply: \(reason)"
        case .noPorts(let reason): "no pair of UDP ports: \(reason)"
        }
    }
}
