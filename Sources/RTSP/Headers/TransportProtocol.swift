/// `transport-protocol "/" profile [ "/" lower-transport ]` (RFC 2326 12.39), in the form that was used.
package enum TransportProtocol: Hashable, Sendable {
    /// `RTP/AVP`: over UDP.
    case rtpAVP
    /// `RTP/AVP/UDP`: the same, said aloud.
    case rtpAVPUDP
    /// `RTP/AVP/TCP`: interleaved in the RTSP connection (RFC 2326 10.12).
    case rtpAVPTCP
    /// Any other: `RTP/SAVP`, `x-real-rdt/udp`.
    case other(String)

    package enum LowerTransport: Hashable, Sendable {
        case udp
        case tcp
    }

    /// Compares without regard to case.
    package init(_ name: String) {
        if FieldSyntax.equal(name, "RTP/AVP") {
            self = .rtpAVP
        } else if FieldSyntax.equal(name, "RTP/AVP/UDP") {
            self = .rtpAVPUDP
        } else if FieldSyntax.equal(name, "RTP/AVP/TCP") {
            self = .rtpAVPTCP
        } else {
            self = .other(name)
        }
    }

    /// The name on the wire.
    package var name: String {
        switch self {
        case .rtpAVP: "RTP/AVP"
        case .rtpAVPUDP: "RTP/AVP/UDP"
        case .rtpAVPTCP: "RTP/AVP/TCP"
        case .other(let name): name
        }
    }

    /// What carries RTP/AVP; nil for another protocol.
    package var lowerTransport: LowerTransport? {
        switch self {
        case .rtpAVP, .rtpAVPUDP: .udp
        case .rtpAVPTCP: .tcp
        case .other: nil
        }
    }
}
