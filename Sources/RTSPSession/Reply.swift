package import RTSP

/// The methods this server has, for Public and Allow.
package let supportedMethods: [Method] = [
    .options, .describe, .setup, .play, .pause, .teardown, .getParameter, .setParameter,
]

extension Response {
    /// A reply to `request`: CSeq (RFC 2326 12.17) and Server on every one, errors too.
    package init(to request: Request, _ status: StatusCode, session: SessionHeader? = nil) {
        self.init(status: status)
        if let sequence = request.headers[CSeqHeader.name] { headers.append(CSeqHeader.name, sequence) }
        headers.append("Server", "Sluice")
        if let session { headers.replace(session) }
    }

    /// With a text for a person in the body of an error.
    package func explaining(_ text: String) -> Response {
        var response = self
        response.headers.replace("Content-Type", "text/plain; charset=utf-8")
        response.body = Array((text + "\r\n").utf8)
        return response
    }
}

extension Request {
    /// What is wrong with a request whatever its method; nil if nothing is.
    package func generalError() -> Response? {
        guard version == .rtsp10 else {
            var response = Response(to: self, .versionNotSupported)
            response.version = .rtsp10
            return response
        }
        guard let sequence = headers[CSeqHeader.name], (try? CSeqHeader(parsing: sequence)) != nil else {
            return Response(to: self, .badRequest).explaining("CSeq is missing or no number")
        }
        let required = headers.values(RequireHeader.name) + headers.values(ProxyRequireHeader.name)
        guard required.isEmpty else {
            var response = Response(to: self, .optionNotSupported)
            response.headers.append(UnsupportedHeader.name, required.joined(separator: ", "))
            return response
        }
        switch method {
        case .announce, .record, .redirect:
            var response = Response(to: self, .methodNotAllowed)
            response.headers.replace(AllowHeader(supportedMethods))
            return response
        case .other:
            var response = Response(to: self, .notImplemented)
            response.headers.replace(AllowHeader(supportedMethods))
            return response
        default:
            return nil
        }
    }
}
