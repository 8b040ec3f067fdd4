import NIOConcurrencyHelpers
import NIOCore

/// The open RTSP connections, to bound their number and to close them all at shutdown.
final class ConnectionCount: Sendable {
    private let channels = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])

    /// False if `limit` connections are open already.
    func add(_ channel: any Channel, limit: Int) -> Bool {
        channels.withLockedValue { channels in
            guard channels.count < limit else { return false }
            channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    func remove(_ channel: any Channel) {
        channels.withLockedValue { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    var all: [any Channel] { channels.withLockedValue { Array($0.values) } }
}
