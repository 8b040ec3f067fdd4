import Delivery
import MediaCore
import NIOConcurrencyHelpers

/// The server's channels, by the paths of their URLs: `channels/<name>`, which hides a file of that path.
final class ChannelDirectory: Sendable {
    private let channels = NIOLockedValueBox<[[UInt8]: ServerChannel]>([:])

    func add(_ channel: ServerChannel) {
        channels.withLockedValue { $0[Array("channels/\(channel.configuration.name)".utf8)] = channel }
    }

    var all: [ServerChannel] { channels.withLockedValue { Array($0.values) } }

    /// The channel that `path` names; nil if it is a file's.
    func channel(at path: MediaPath) -> ServerChannel? { channels.withLockedValue { $0[path.bytes] } }
}
