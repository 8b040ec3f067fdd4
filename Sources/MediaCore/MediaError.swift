/// Why a title or its data cannot be had. RTSPServer's one table maps these to RTSP statuses.
package enum MediaError: Error, Hashable, Sendable {
    /// No such file under the media root, or not one that is served (hidden, outside, a directory).
    case notFound
    /// The title has no track of those that the URL chooses; the reason is for a person.
    case noSuchTrack(String)
    /// The file is there but this process may not read it.
    case forbidden
    /// The file is no media, or no track of it can be served; the reason is for a person.
    case unsupported(String)
    /// The operating system or libavformat failed while reading; what and where.
    case unreadable(String)
    /// The asked position lies outside the title.
    case rangeNotSatisfiable
    /// A bound (open files, pending requests) is reached; try again later.
    case overloaded(String)
    /// The reader was closed while the request was under way.
    case cancelled
}

extension MediaError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound: "no such file"
        case .noSuchTrack(let reason): reason
        case .forbidden: "permission denied"
        case .unsupported(let reason): reason
        case .unreadable(let reason): "unreadable: \(reason)"
        case .rangeNotSatisfiable: "position outside the title"
        case .overloaded(let reason): "overloaded: \(reason)"
        case .cancelled: "cancelled"
        }
    }
}
