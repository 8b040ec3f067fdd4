import NIOConcurrencyHelpers
import NIOCore
import RTP

/// All sessions of the server, whatever loop they live on: by id, by the SSRCs of their streams, by the address their RTCP comes from.
final class SessionRegistry: Sendable {
    /// A session and the loop that alone may touch it.
    struct Entry: Sendable {
        let id: String
        /// Of the peer that made it.
        let network: PeerNetwork?
        let eventLoop: any EventLoop
        let session: NIOLoopBound<ServerSession>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var counts: [PeerNetwork: Int] = [:]
        var idsBySSRC: [UInt32: String] = [:]
        /// More than one id for an address means that it tells nothing.
        var idsByAddress: [SocketAddress: Set<String>] = [:]
        var random = SystemRandomNumberGenerator()

        mutating func removeEntry(_ id: String) {
            guard let network = entries.removeValue(forKey: id)?.network, let count = counts[network] else { return }
            counts[network] = count > 1 ? count - 1 : nil
        }

        mutating func release(_ address: SocketAddress, of id: String) {
            idsByAddress[address]?.remove(id)
            if idsByAddress[address]?.isEmpty == true { idsByAddress[address] = nil }
        }
    }

    private let state = NIOLockedValueBox(State())
    private let limit: Int
    private let limitPerAddress: Int

    init(limit: Int, limitPerAddress: Int = .max) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    var count: Int { state.withLockedValue { $0.entries.count } }

    /// Whether there are as many sessions as may be, in all or from one peer.
    func isFull(for network: PeerNetwork?) -> Bool { state.withLockedValue { isFull($0, for: network) } }

    private func isFull(_ state: State, for network: PeerNetwork?) -> Bool {
        state.entries.count >= limit || network.flatMap { state.counts[$0] } ?? 0 >= limitPerAddress
    }

    /// False if there are as many sessions as may be.
    func add(_ entry: Entry) -> Bool {
        state.withLockedValue { state in
            guard !isFull(state, for: entry.network) else { return false }
            state.entries[entry.id] = entry
            if let network = entry.network { state.counts[network, default: 0] += 1 }
            return true
        }
    }

    func session(id: String) -> Entry? { state.withLockedValue { $0.entries[id] } }

    var all: [Entry] { state.withLockedValue { Array($0.entries.values) } }

    /// A random SSRC that no other stream of the server has (RFC 3550 8.1).
    func makeSSRC(for id: String) -> SSRC {
        state.withLockedValue { state in
            while true {
                let candidate = state.random.next() as UInt32
                if candidate != 0, state.idsBySSRC[candidate] == nil {
                    state.idsBySSRC[candidate] = id
                    return SSRC(candidate)
                }
            }
        }
    }

    func register(controlAddress: SocketAddress, for id: String) {
        state.withLockedValue { _ = $0.idsByAddress[controlAddress, default: []].insert(id) }
    }

    /// A stream has ended; its session has not.
    func release(ssrc: SSRC) { state.withLockedValue { $0.idsBySSRC[ssrc.rawValue] = nil } }

    /// Nothing of the session comes from `address` any more.
    func release(controlAddress address: SocketAddress, of id: String) {
        state.withLockedValue { $0.release(address, of: id) }
    }

    func session(ssrc: SSRC) -> Entry? {
        state.withLockedValue { state in state.idsBySSRC[ssrc.rawValue].flatMap { state.entries[$0] } }
    }

    /// The one session whose RTCP comes from `address`; nil if there is none or more than one.
    func session(controlAddress address: SocketAddress) -> Entry? {
        state.withLockedValue { state in
            guard let ids = state.idsByAddress[address], ids.count == 1, let id = ids.first else { return nil }
            return state.entries[id]
        }
    }

    func remove(id: String, ssrcs: [SSRC], controlAddresses: [SocketAddress]) {
        state.withLockedValue { state in
            state.removeEntry(id)
            for ssrc in ssrcs { state.idsBySSRC[ssrc.rawValue] = nil }
            for address in controlAddresses { state.release(address, of: id) }
        }
    }
}
