import MediaCore

/// Which level a viewer is on by its lateness: thinner at once, thicker one by one after it has caught up.
struct Thinning: Hashable, Sendable {
    private(set) var level = ThinLevel.everything
    /// Since when it has caught up, and had no change of level.
    private var hasKeptUpSince: MediaTime?

    /// - Parameter lateness: of the oldest unit that is due.
    mutating func update(lateness: MediaTime, now: MediaTime, limits: SlowLimits) {
        let due = ThinLevel.allCases.last { $0 == .everything || lateness > limits.lateness(for: $0) } ?? .everything
        if due > level {
            level = due
            hasKeptUpSince = nil
        } else if lateness >= limits.caughtUp || level == .everything {
            hasKeptUpSince = nil
        } else if let since = hasKeptUpSince, now - since >= limits.thickenAfter {
            level = level.thicker
            hasKeptUpSince = now
        } else {
            hasKeptUpSince = hasKeptUpSince ?? now
        }
    }
}

/// What one stream of video lacks, and so what of it can be sent: a decoder gets nothing that refers to what it has not got.
struct ThinnedVideo: Hashable, Sendable {
    /// Something that others refer to was left out: nothing but a key frame is of use.
    private var needsKeyFrame = false
    /// Presentation time of the key frame with which video went on: what is presented before it may refer to what was left out.
    private var wentOnAt: MediaTime?
    /// Decode time of the last key frame that was sent.
    private var lastKeyFrame: MediaTime?

    /// Whether a unit that is about to leave is left out, and if so for which level.
    mutating func drops(_ unit: AccessUnit, at level: ThinLevel, limits: SlowLimits) -> ThinLevel? {
        let reason = unit.isRandomAccessPoint ? keyFrame(unit, level, limits) : between(unit, level)
        guard reason != nil, unit.isRandomAccessPoint || !unit.isDiscardable else { return reason }
        needsKeyFrame = true
        return reason
    }

    private mutating func keyFrame(_ unit: AccessUnit, _ level: ThinLevel, _ limits: SlowLimits) -> ThinLevel? {
        if level == .noVideo { return .noVideo }
        if level == .keyFrames, let lastKeyFrame, unit.decodeTime >= lastKeyFrame,
            unit.decodeTime - lastKeyFrame < limits.keyFrameInterval
        {
            return .keyFrames
        }
        wentOnAt = needsKeyFrame ? unit.presentationTime : nil
        needsKeyFrame = false
        lastKeyFrame = unit.decodeTime
        return nil
    }

    private func between(_ unit: AccessUnit, _ level: ThinLevel) -> ThinLevel? {
        if level >= .keyFrames { return level }
        if needsKeyFrame { return .keyFrames }
        if let wentOnAt, unit.presentationTime < wentOnAt { return .keyFrames }
        return level == .referenced && unit.isDiscardable ? .referenced : nil
    }
}
