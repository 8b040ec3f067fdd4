import NIOConcurrencyHelpers
import NIOCore

/// The open RTSP connections, to bound their number and to close them all at shutdown.
final class ConnectionCount: Sendable {
    private let channels = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])

    /// Counts the channel until it is closed. False if `limit` connections are open already.
    func add(_ channel: any Channel, limit: Int) -> Bool {
        let key = ObjectIdentifier(channel)
        let isAdded = channels.withLockedValue { channels in
            guard channels.count < limit else { return false }
            channels[key] = channel
            return true
        }
        if isAdded {
            channel.closeFuture.whenComplete { [channels] _ in channels.withLockedValue { $0[key] = nil } }
        }
        return isAdded
    }

    var all: [any Channel] { channels.withLockedValue { Array($0.values) } }
}
