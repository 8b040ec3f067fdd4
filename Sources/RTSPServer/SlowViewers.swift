import Delivery
import Logging
import MediaCore
import NIOCore

/// What a session does about a viewer that takes less than it is due, and what it says of it.
extension ServerSession {
    func watchSlowness(of viewer: Viewer) {
        viewer.levelChanged = { [logger, weak viewer] level in
            let lateness = viewer?.counters.latenessMaximum ?? .zero
            logger.notice(
                "level changed",
                metadata: ["level": "\(level.text)", "late-ms-max": "\(lateness.nanoseconds / 1_000_000)"])
        }
        viewer.takesNothing = { [weak self] in self?.giveUpSoon() }
    }

    /// Not from inside the pacer's run.
    func giveUpSoon() {
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.execute { bound.value.giveUp() }
    }

    /// Nothing more goes out on the connection, so it goes too: whatever it carries waits behind what is not taken.
    private func giveUp() {
        guard !isClosed else { return }
        let connection = connection
        logger.notice("viewer takes nothing", metadata: ["for": "\(context.limits.slow.stallTimeout)"])
        close(reason: "takes nothing")
        connection?.disconnect()
    }
}

extension DeliveryCounters {
    /// What the log says of a session's slowness at its end.
    var slownessMetadata: Logger.Metadata {
        [
            "late-ms-max": "\(latenessMaximum.nanoseconds / 1_000_000)",
            "level": "\(thinning.level.text)",
            "level-max": "\(thinning.thinnest.text)",
            "level-changes": "\(thinning.changes)",
            "thinned-unreferenced": "\(thinning.unreferenced)",
            "thinned-between-keys": "\(thinning.betweenKeyFrames)",
            "thinned-video": "\(thinning.video)",
        ]
    }
}

extension ThinLevel {
    /// For the log.
    var text: String {
        switch self {
        case .everything: "everything"
        case .referenced: "referenced"
        case .keyFrames: "key-frames"
        case .noVideo: "no-video"
        }
    }
}
