import Glibc
package import MediaCore

/// The library's bounds. Each is checked where it is named.
package struct LibraryLimits: Hashable, Sendable {
    /// Titles whose descriptions are remembered; the least recently asked for is forgotten.
    package var rememberedTitles = 1_024
    /// Opens that wait or are under way for one device; more are `.overloaded`.
    package var pendingOpens = 256
    /// Opening and probing a file is given up after this.
    package var openTimeout = MediaTime.seconds(10)
    /// A read, with the seek in it, is given up after this and fails: where no index leads, a seek reads on and on, and
    /// the threads of the device are few.
    package var readTimeout = MediaTime.seconds(10)
    /// Demuxers open at once for all readers of a title that can share them: an MP4's index may have 17 MB in each.
    package var sharedDemuxers = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    /// Bytes of the largest access unit; a larger one ends its track.
    package var maximumUnitSize = 16 << 20
    /// Audio channels; more are a misread file.
    package var maximumChannels = 64
    /// Samples per second; more are a misread file.
    package var maximumSampleRate = 768_000
    /// Pixels on either side; more are a misread file. H.264's levels end at 16,384 (ITU-T H.264 A.3).
    package var maximumPictureSide = 16_384

    /// Bytes read at a file's beginning to see the first units of all its tracks.
    package var maximumBeginning = 64 << 20
    /// Bytes of these when the other tracks are known, and the first unit of one that speaks now and then (subtitles, metadata) alone is missing:
    /// that track is offered without it.
    package var maximumCueSearch = 4 << 20
    /// Bytes of the largest file that is read through from the start to find a place in it or its end, where nothing
    /// else leads there.
    package var maximumScanSize: Int64 = 256 << 20
    /// Chunks of a larger AVI without an index that are looked at to make one: each takes 16 bytes of memory.
    package var maximumChunks = 1 << 20
    /// It is given up after this.
    package var indexTimeout = MediaTime.seconds(4)
    /// Counting the frames of a larger elementary stream of audio, of which nothing else tells how long it lasts, is given up after this: its
    /// duration is unknown then.
    package var countingTimeout = MediaTime.seconds(4)

    /// Bytes of the largest playlist file; a larger one is no playlist.
    package var maximumPlaylistSize = 4 << 20
    /// Entries of a playlist, or files of a folder that is one; what comes after is left out.
    package var maximumPlaylistEntries = 10_000

    package init() {}

    /// Units looked at to find a track's first presentation time: H.264 holds back at most 16 pictures (ITU-T H.264
    /// A.3.1 h, MaxDpbFrames).
    static let reorderDepth = 16
    /// Units of Vorbis looked at to find how its stamps were rounded: to a millisecond, where units begin on a grid little coarser.
    static let roundedStamps = 64
    /// Units of other tracks that a seek may meet before the key frame.
    static let maximumHeldUnits = 4_096
    /// Bytes of them.
    static let maximumHeldBytes = 64 << 20
    /// A track of video that has ended longer ago does not decide where a seek lands.
    static let maximumSilence = MediaTime.seconds(10)
    /// Key frames that a seek looks at before it takes the one it has: few, but where an index calls units keys that
    /// are none.
    static let maximumKeyAttempts = 256
    /// How often a seek goes back for the sake of other tracks.
    static let maximumSeekAttempts = 8
    /// Units missing or damaged in a row before the rest of a file is given up.
    static let maximumConsecutiveFailures = 256
}
