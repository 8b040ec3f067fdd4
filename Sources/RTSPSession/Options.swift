package import RTSP

/// OPTIONS, RFC 2326 10.1.
package enum Options {
    /// Public lists GET_PARAMETER and SET_PARAMETER, from which clients choose their keep-alive.
    package static func reply(to request: Request, session: SessionHeader? = nil) -> Response {
        var response = Response(to: request, .ok, session: session)
        response.headers.replace(PublicHeader(supportedMethods))
        return response
    }
}
