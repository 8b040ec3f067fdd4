package import Delivery
import Logging
package import MediaCore
import NIOCore
import RTSP
package import RTSPSession

/// What all loops, connections and sessions of a server share. Immutable, or guarded by its own locks.
final class ServerContext: Sendable {
    let library: any MediaLibrary
    let limits: Limits
    let registry: SessionRegistry
    let logger: Logger
    let connections = ConnectionCount()
    /// Nil if UDP is off.
    let rtpPort: Int?
    let allowsInterleaved: Bool
    let channels = ChannelDirectory()

    init(library: any MediaLibrary, limits: Limits, logger: Logger, rtpPort: Int?, allowsInterleaved: Bool) {
        self.library = library
        self.limits = limits
        self.registry = SessionRegistry(limit: limits.sessions, limitPerAddress: limits.sessionsPerAddress)
        self.logger = logger
        self.rtpPort = rtpPort
        self.allowsInterleaved = allowsInterleaved
    }
}

extension ServerContext {
    /// Channels live on one loop each, one after the other.
    func openChannels(_ configurations: [ChannelConfiguration], on loops: [NIOLoopBound<LoopContext>]) async throws {
        for (index, configuration) in configurations.enumerated() {
            let loop = loops[index % loops.count]
            try await loop.eventLoop.submit { [self] in
                channels.add(ServerChannel(configuration, loop: loop.value, context: self))
            }.get()
        }
    }
}

extension Presentation {
    /// What a session must know of a title.
    package init(_ title: any MediaTitle) {
        self.init(
            name: title.name, version: title.version, tracks: title.tracks, formats: title.formats,
            duration: title.duration, isSeekable: title.isSeekable,
            modified: title.modified.flatMap(HTTPDate.init(unixSeconds:)))
    }

    /// The same of what a URL chooses of it.
    /// - Throws: `.noSuchTrack`.
    package init(_ title: any MediaTitle, _ query: TitleQuery) throws(MediaError) {
        self.init(title)
        try choose(query)
    }
}
