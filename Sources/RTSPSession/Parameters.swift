package import RTSP

/// GET_PARAMETER and SET_PARAMETER, RFC 2326 10.8 and 10.9: keep-alive when they have no body; no parameter is known.
package enum Parameters {
    package static func reply(to request: Request, session: SessionHeader?) -> Response {
        let text = String(decoding: request.body, as: UTF8.self)
        let names = text.split(whereSeparator: \.isNewline).compactMap { line in
            line.split(separator: ":", maxSplits: 1).first.map { $0.filter { !$0.isWhitespace } }
        }.filter { !$0.isEmpty }
        guard !names.isEmpty else { return Response(to: request, .ok, session: session) }
        var response = Response(to: request, .parameterNotUnderstood, session: session)
        response.headers.replace("Content-Type", "text/parameters")
        response.body = Array((names.joined(separator: "\r\n") + "\r\n").utf8)
        return response
    }
}
