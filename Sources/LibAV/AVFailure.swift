import CFFmpeg
package import MediaCore

/// An error code of the FFmpeg libraries, with the call that gave it.
package struct AVFailure: Error, Hashable, Sendable {
    /// Negative: an `AVERROR` code.
    package let code: Int32
    /// The libavformat or libavcodec function.
    package let call: String

    package init(code: Int32, call: String) {
        self.code = code
        self.call = call
    }

    /// What a library has no code of its own for.
    package static let unsupported = sluice_error_invalid_argument

    package var isEndOfFile: Bool { code == sluice_error_eof }
    /// Our own interrupt ended the call.
    package var isInterrupt: Bool { code == sluice_error_exit }
    /// The bytes are not what the format says; the next ones may be.
    package var isInvalidData: Bool { code == sluice_error_invalid_data }

    /// What the title's user is told.
    package var mediaError: MediaError {
        isInterrupt ? .cancelled : .unreadable(description)
    }
}

extension AVFailure: CustomStringConvertible {
    package var description: String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { buffer in
            buffer[0] = 0
            av_strerror(code, buffer.baseAddress, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
        return "\(call): \(text)"
    }
}

/// Returns `code`, or throws it as the failure of `call` when it is negative.
@discardableResult
func checked(_ code: Int32, _ call: @autoclosure () -> String) throws(AVFailure) -> Int32 {
    guard code >= 0 else { throw AVFailure(code: code, call: call()) }
    return code
}
