import RTSPClient

/// How the viewers of a load run get their packets.
enum LoadCarrier: String, CaseIterable, Sendable {
    case udp
    case tcp
    /// One half over UDP, the other over TCP.
    case both

    var usesDatagrams: Bool { self != .tcp }

    /// For a person.
    var text: String {
        switch self {
        case .udp, .tcp: rawValue.uppercased()
        case .both: "UDP and TCP by turns"
        }
    }

    /// Of the viewer at `index`, of whom each URL has one in turn: the viewers of each URL take turns too.
    func carrier(of index: Int, urls: Int) -> Carrier {
        switch self {
        case .udp: .udp
        case .tcp: .tcp
        case .both: index / urls % 2 == 0 ? .udp : .tcp
        }
    }
}
