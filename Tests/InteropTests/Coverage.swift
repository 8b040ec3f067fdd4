/// Which clients play a title, and seek in it: all of them over both transports; of a long title, and of one in a container that came later,
/// one of each over one. They take turns. With `SLUICE_INTEROP_TITLES=all` all play all.
struct Coverage: Sendable {
    let plays: [(player: any Player, transport: Transport)]
    let seeks: [(seeker: any Seeker, transport: Transport)]

    /// Seconds: what plays longer keeps a client for as long.
    private static let long = 40.0

    /// - Parameter turn: of the title among those that have one client of each kind.
    init(of reference: Reference, players: [any Player], seekers: [any Seeker], turn: Int) {
        let receivers = players.filter { reference.isReceived(by: $0.name) }
        var plays = receivers.flatMap { player in Transport.allCases.map { (player: player, transport: $0) } }
        // GStreamer's script seeks in what it decodes.
        let able = seekers.filter {
            reference.isReceived(by: $0.name) && (!($0 is GStreamerPlayer) || GStreamerPlayer.isDecoded(reference))
        }
        var seeks = able.flatMap { seeker in Transport.allCases.map { (seeker: seeker, transport: $0) } }
        if Titles.playedOnly(reference) != nil { seeks = [] }
        if Self.takesTurns(reference) {
            plays = plays.isEmpty ? [] : [plays[turn % plays.count]]
            seeks = seeks.isEmpty ? [] : [seeks[turn % seeks.count]]
        }
        self.plays = plays.filter { Self.isWanted($0.player.name, $0.transport) }
        self.seeks = seeks.filter { Self.isWanted($0.seeker.name, $0.transport) }
    }

    private static func isWanted(_ client: String, _ transport: Transport) -> Bool {
        Place.clients.map { $0.contains("\(client) \(transport)") } ?? true
    }

    private static func takesTurns(_ reference: Reference) -> Bool {
        !Place.playsAll && (reference.duration > long || !Titles.isEstablished(reference))
    }

    /// Of all titles, in their order.
    static func of(_ references: [Reference], players: [any Player], seekers: [any Seeker]) -> [Coverage] {
        var turn = 0
        return references.map { reference in
            defer { if takesTurns(reference) { turn += 1 } }
            return Coverage(of: reference, players: players, seekers: seekers, turn: turn)
        }
    }

    /// Sessions that play the title to its end over `transport`.
    func plays(over transport: Transport) -> Int { plays.count { $0.transport == transport } }
}
