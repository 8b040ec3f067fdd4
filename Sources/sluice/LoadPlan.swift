import NIOCore
import RTSPClient

/// What a load run is to do.
struct LoadPlan: Sendable {
    var urls: [String]
    var clients: Int
    var carrier: Carrier
    /// Viewers started per second.
    var startRate: Double
    /// How long each viewer plays; nil: to the end.
    var duration: TimeAmount?
    /// The server's process id, if it runs on this host.
    var serverProcess: Int?
    /// Event loop threads; nil: half of the processors.
    var threads: Int?

    init(urls: [String], clients: Int, carrier: Carrier, startRate: Double) {
        self.urls = urls
        self.clients = clients
        self.carrier = carrier
        self.startRate = startRate
    }
}
