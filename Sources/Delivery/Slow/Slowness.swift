import MediaCore

/// How far a viewer is behind, and what it gets of its video for that.
struct Slowness: Hashable, Sendable {
    let limits: SlowLimits
    private(set) var catchUp = CatchUp()
    var thinning = Thinning()
    /// By the loss that is reported of streams over UDP.
    var lossLevel = ThinLevel.everything
    var losses = LossWatch()
    /// By line; nil for what is never thinned.
    var videos: [ThinnedVideo?]
    /// Something was left out since the last seek, or is to be.
    var isThinned = false
    /// Since when the kernel has taken nothing over TCP of what is due; nil if it has all.
    var owedSince: MediaTime?
    var isGivenUp = false

    init(limits: SlowLimits, isVideo: [Bool]) {
        precondition(limits.thinAfter > .zero)
        self.limits = limits
        videos = isVideo.map { $0 ? ThinnedVideo() : nil }
    }

    var level: ThinLevel { max(thinning.level, lossLevel) }
    var isActive: Bool { catchUp.isActive || thinning.level > .everything }
    var stallDeadline: MediaTime? { isGivenUp ? nil : owedSince.map { $0 + limits.stallTimeout } }

    /// Whether a unit that is about to leave is left out, and if so for which level.
    mutating func drops(_ unit: AccessUnit, line: Int) -> ThinLevel? {
        let (level, limits) = (level, limits)
        return videos[line]?.drops(unit, at: level, limits: limits)
    }

    /// Packets are handed to the connection.
    mutating func owes(since now: MediaTime) { if owedSince == nil { owedSince = now } }

    /// Something is due, and the connection is full.
    mutating func stall(at now: MediaTime) {
        catchUp.stall()
        owes(since: now)
    }

    /// The connection that was full has room.
    /// - Parameter oldest: delivery time of the first that is to be sent.
    mutating func goOn(at now: MediaTime, oldest: MediaTime?) {
        catchUp.goOn(at: now, oldest: oldest, tolerance: limits.tolerance)
    }

    mutating func endCatchUpIfMet(at now: MediaTime) { catchUp.endIfMet(at: now) }

    /// PLAY after a PAUSE: what was late then still is, on a timeline that was set anew.
    mutating func resume() {
        catchUp = CatchUp()
        catchUp.stall()
    }

    /// A seek: nothing is late, and all begins with a key frame. The network is what it was.
    mutating func restart() {
        catchUp = CatchUp()
        thinning = Thinning()
        for line in videos.indices where videos[line] != nil { videos[line] = ThinnedVideo() }
        isThinned = lossLevel > .everything
    }

    /// The stream of a line is no more.
    mutating func forget(line: Int) {
        losses.forget(line: line)
        if videos[line] != nil { videos[line] = ThinnedVideo() }
    }
}
