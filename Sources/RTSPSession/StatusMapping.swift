package import MediaCore
package import RTSP

extension StatusCode {
    /// The one table from a media source's errors to statuses (RFC 2326 11).
    package init(_ error: MediaError) {
        self =
            switch error {
            // A URL with a choice names a presentation of its own: the file is served (no 415), but this is not one of it.
            case .notFound, .noSuchTrack: .notFound
            case .forbidden: .forbidden
            case .unsupported: .unsupportedMediaType
            case .unreadable: .internalServerError
            case .rangeNotSatisfiable: .invalidRange
            case .overloaded: .serviceUnavailable
            case .cancelled: .methodNotValidInThisState
            }
    }
}
