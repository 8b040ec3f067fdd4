import NIOConcurrencyHelpers
import NIOCore

/// The open RTSP connections, to bound their number and to close them all at shutdown.
final class ConnectionCount: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var counts: [PeerNetwork: Int] = [:]

        mutating func remove(_ key: ObjectIdentifier, of network: PeerNetwork?) {
            guard channels.removeValue(forKey: key) != nil, let network, let count = counts[network] else { return }
            counts[network] = count > 1 ? count - 1 : nil
        }
    }

    private let state = NIOLockedValueBox(State())

    /// Counts the channel until it is closed. False if `limit` connections are open already, or `limitPerAddress` from its peer.
    func add(_ channel: any Channel, limit: Int, limitPerAddress: Int) -> Bool {
        let key = ObjectIdentifier(channel)
        let network = channel.remoteAddress.flatMap(PeerNetwork.init)
        let isAdded = state.withLockedValue { state in
            let count = network.flatMap { state.counts[$0] } ?? 0
            guard state.channels.count < limit, count < limitPerAddress else { return false }
            state.channels[key] = channel
            if let network { state.counts[network] = count + 1 }
            return true
        }
        if isAdded {
            channel.closeFuture.whenComplete { [state] _ in state.withLockedValue { $0.remove(key, of: network) } }
        }
        return isAdded
    }

    var all: [any Channel] { state.withLockedValue { Array($0.channels.values) } }
}
