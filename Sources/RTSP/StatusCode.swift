/// A response's status (RFC 2326 7.1.1).
package struct StatusCode: RawRepresentable, Hashable, Sendable {
    /// 100...999 on the wire.
    package var rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let `continue` = StatusCode(rawValue: 100)
    package static let ok = StatusCode(rawValue: 200)
    package static let created = StatusCode(rawValue: 201)
    package static let lowOnStorageSpace = StatusCode(rawValue: 250)
    package static let multipleChoices = StatusCode(rawValue: 300)
    package static let movedPermanently = StatusCode(rawValue: 301)
    package static let movedTemporarily = StatusCode(rawValue: 302)
    package static let seeOther = StatusCode(rawValue: 303)
    package static let notModified = StatusCode(rawValue: 304)
    package static let useProxy = StatusCode(rawValue: 305)
    package static let badRequest = StatusCode(rawValue: 400)
    package static let unauthorized = StatusCode(rawValue: 401)
    package static let paymentRequired = StatusCode(rawValue: 402)
    package static let forbidden = StatusCode(rawValue: 403)
    package static let notFound = StatusCode(rawValue: 404)
    package static let methodNotAllowed = StatusCode(rawValue: 405)
    package static let notAcceptable = StatusCode(rawValue: 406)
    package static let proxyAuthenticationRequired = StatusCode(rawValue: 407)
    package static let requestTimeout = StatusCode(rawValue: 408)
    package static let gone = StatusCode(rawValue: 410)
    package static let lengthRequired = StatusCode(rawValue: 411)
    package static let preconditionFailed = StatusCode(rawValue: 412)
    package static let requestEntityTooLarge = StatusCode(rawValue: 413)
    package static let requestURITooLong = StatusCode(rawValue: 414)
    package static let unsupportedMediaType = StatusCode(rawValue: 415)
    package static let parameterNotUnderstood = StatusCode(rawValue: 451)
    package static let conferenceNotFound = StatusCode(rawValue: 452)
    package static let notEnoughBandwidth = StatusCode(rawValue: 453)
    package static let sessionNotFound = StatusCode(rawValue: 454)
    package static let methodNotValidInThisState = StatusCode(rawValue: 455)
    package static let headerFieldNotValid = StatusCode(rawValue: 456)
    package static let invalidRange = StatusCode(rawValue: 457)
    package static let parameterIsReadOnly = StatusCode(rawValue: 458)
    package static let aggregateOperationNotAllowed = StatusCode(rawValue: 459)
    package static let onlyAggregateOperationAllowed = StatusCode(rawValue: 460)
    package static let unsupportedTransport = StatusCode(rawValue: 461)
    package static let destinationUnreachable = StatusCode(rawValue: 462)
    package static let internalServerError = StatusCode(rawValue: 500)
    package static let notImplemented = StatusCode(rawValue: 501)
    package static let badGateway = StatusCode(rawValue: 502)
    package static let serviceUnavailable = StatusCode(rawValue: 503)
    package static let gatewayTimeout = StatusCode(rawValue: 504)
    package static let versionNotSupported = StatusCode(rawValue: 505)
    package static let optionNotSupported = StatusCode(rawValue: 551)

    /// 2xx.
    package var isSuccess: Bool { rawValue / 100 == 2 }

    /// RFC 2326's reason phrase; for a code it does not define, its class's.
    package var reasonPhrase: String {
        if let phrase = Self.reasonPhrases[rawValue] { return phrase }
        return switch rawValue / 100 {
        case 1: "Informational"
        case 2: "Success"
        case 3: "Redirection"
        case 4: "Client Error"
        case 5: "Server Error"
        default: "Unknown"
        }
    }

    /// RFC 2326 7.1.1, as printed there.
    static let reasonPhrases: [UInt16: String] = [
        100: "Continue",
        200: "OK",
        201: "Created",
        250: "Low on Storage Space",
        300: "Multiple Choices",
        301: "Moved Permanently",
        302: "Moved Temporarily",
        303: "See Other",
        304: "Not Modified",
        305: "Use Proxy",
        400: "Bad Request",
        401: "Unauthorized",
        402: "Payment Required",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        406: "Not Acceptable",
        407: "Proxy Authentication Required",
        408: "Request Time-out",
        410: "Gone",
        411: "Length Required",
        412: "Precondition Failed",
        413: "Request Entity Too Large",
        414: "Request-URI Too Large",
        415: "Unsupported Media Type",
        451: "Parameter Not Understood",
        452: "Conference Not Found",
        453: "Not Enough Bandwidth",
        454: "Session Not Found",
        455: "Method Not Valid in This State",
        456: "Header Field Not Valid for Resource",
        457: "Invalid Range",
        458: "Parameter Is Read-Only",
        459: "Aggregate operation not allowed",
        460: "Only aggregate operation allowed",
        461: "Unsupported transport",
        462: "Destination unreachable",
        500: "Internal Server Error",
        501: "Not Implemented",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Time-out",
        505: "RTSP Version not supported",
        551: "Option not supported",
    ]
}

extension StatusCode: CustomStringConvertible {
    package var description: String { "\(rawValue) \(reasonPhrase)" }
}
