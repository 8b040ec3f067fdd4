import NIOConcurrencyHelpers
import NIOCore
import RTP

/// All sessions of the server, whatever loop they live on: by id, by the SSRCs of their streams, by the address their RTCP comes from.
final class SessionRegistry: Sendable {
    /// A session and the loop that alone may touch it.
    struct Entry: Sendable {
        let id: String
        let eventLoop: any EventLoop
        let session: NIOLoopBound<ServerSession>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var idsBySSRC: [UInt32: String] = [:]
        /// More than one id for an address means that it tells nothing.
        var idsByAddress: [SocketAddress: Set<String>] = [:]
        var random = SystemRandomNumberGenerator()

        mutating func release(_ address: SocketAddress, of id: String) {
            idsByAddress[address]?.remove(id)
            if idsByAddress[address]?.isEmpty == true { idsByAddress[address] = nil }
        }
    }

    private let state = NIOLockedValueBox(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLockedValue { $0.entries.count } }
    var isFull: Bool { count >= limit }

    /// False if there are as many sessions as may be.
    func add(_ entry: Entry) -> Bool {
        state.withLockedValue { state in
            guard state.entries.count < limit else { return false }
            state.entries[entry.id] = entry
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
            state.entries[id] = nil
            for ssrc in ssrcs { state.idsBySSRC[ssrc.rawValue] = nil }
            for address in controlAddresses { state.release(address, of: id) }
        }
    }
}
