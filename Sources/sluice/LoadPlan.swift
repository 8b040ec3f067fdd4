import NIOCore

/// What a load run is to do.
struct LoadPlan: Sendable {
    var urls: [String]
    var clients: Int
    var carrier: LoadCarrier
    /// Viewers started per second.
    var ramp: Double
    /// How long each viewer plays; nil: to the end.
    var duration: TimeAmount?
    /// Of the viewers, the first ones that stop reading once they play.
    var slow = 0
    /// How long those read first.
    var slowAfter = TimeAmount.zero
    /// The server's process id, if it runs on this host.
    var serverProcess: Int?
    /// Threads that read datagrams, and as many event loops; nil: half of the processors.
    var threads: Int?
    /// `DatagramReader.Configuration.joinsSegments`.
    var joinsSegments = false

    init(urls: [String], clients: Int, carrier: LoadCarrier, ramp: Double) {
        self.urls = urls
        self.clients = clients
        self.carrier = carrier
        self.ramp = ramp
    }
}
