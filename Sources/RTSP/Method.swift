/// A request's method (RFC 2326 10). Names are case-sensitive (RFC 2326 6.1).
package enum Method: Hashable, Sendable {
    case options
    case describe
    case announce
    case setup
    case play
    case pause
    case teardown
    case getParameter
    case setParameter
    case redirect
    case record
    /// Any other token, as sent.
    case other(String)

    /// Every method of RFC 2326, in its order.
    package static let known: [Method] = [
        .describe, .announce, .getParameter, .options, .pause, .play, .record, .redirect, .setup, .setParameter,
        .teardown,
    ]

    /// The method called `name`; `.other` if RFC 2326 does not know it.
    package init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name on the wire.
    package var name: String {
        switch self {
        case .options: "OPTIONS"
        case .describe: "DESCRIBE"
        case .announce: "ANNOUNCE"
        case .setup: "SETUP"
        case .play: "PLAY"
        case .pause: "PAUSE"
        case .teardown: "TEARDOWN"
        case .getParameter: "GET_PARAMETER"
        case .setParameter: "SET_PARAMETER"
        case .redirect: "REDIRECT"
        case .record: "RECORD"
        case .other(let name): name
        }
    }
}

extension Method: CustomStringConvertible {
    package var description: String { name }
}
