package import MediaCore

/// How a file is opened, where its own word is not taken.
package struct DemuxerSettings: Hashable, Sendable {
    /// An index that the file has is not looked at.
    package var ignoresIndex = false
    /// What is shown in the place of bytes of the file, and behind them.
    package var overlay: FileOverlay?
    /// By the stream's index, where the header's rate is wrong: ticks stay as they are, and seeks go by these.
    package var timeBases: [Int: TimeBase] = [:]
    /// libavformat's parsers look into every unit. Each seek begins them anew, which costs more than all else of reading.
    package var parses = true
    /// Indices of an AVI's streams that end long before the others: seeks behind their ends do not go back to them.
    package var closedStreams: Set<Int> = []

    package init(ignoresIndex: Bool = false) { self.ignoresIndex = ignoresIndex }
}
