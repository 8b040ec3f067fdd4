/// How much of a title's video a viewer gets; audio and all else it gets in any case.
package enum ThinLevel: Int, Hashable, Sendable, CaseIterable, Comparable {
    case everything
    /// Without units that no other refers to.
    case referenced
    case keyFrames
    case noVideo

    package static func < (left: ThinLevel, right: ThinLevel) -> Bool { left.rawValue < right.rawValue }

    package var thinner: ThinLevel { ThinLevel(rawValue: rawValue + 1) ?? .noVideo }
    package var thicker: ThinLevel { ThinLevel(rawValue: rawValue - 1) ?? .everything }
}

/// What thinning has done to a viewer.
package struct ThinCounters: Hashable, Sendable {
    package internal(set) var level = ThinLevel.everything
    /// The thinnest that there was.
    package internal(set) var thinnest = ThinLevel.everything
    package internal(set) var changes = 0
    /// Access units left out that no other refers to.
    package internal(set) var unreferenced = 0
    /// Left out because only key frames were sent, or because a key frame was awaited after others were left out.
    package internal(set) var betweenKeyFrames = 0
    /// Left out while there was no video.
    package internal(set) var video = 0

    package init() {}

    package var units: Int { unreferenced + betweenKeyFrames + video }

    mutating func dropped(at level: ThinLevel) {
        switch level {
        case .everything, .referenced: unreferenced += 1
        case .keyFrames: betweenKeyFrames += 1
        case .noVideo: video += 1
        }
    }

    mutating func changed(to level: ThinLevel) {
        self.level = level
        thinnest = max(thinnest, level)
        changes += 1
    }
}
