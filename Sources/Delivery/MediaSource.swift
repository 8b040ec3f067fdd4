package import MediaCore
package import NIOCore
package import RTPPayload

/// A directory of titles. Fulfilled by `Library`; tests have a fake.
package protocol MediaLibrary: Sendable {
    /// Finds the title at `path`, opening and probing the file only if it is not known already.
    /// - Parameters:
    ///   - query: as what the file is to be opened. The title has all tracks of that: which of them are offered is decided by who asks.
    ///   - completion: called once, on any thread.
    func title(
        at path: MediaPath, for query: TitleQuery,
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void)
}

extension MediaLibrary {
    /// The title that a URL without a query names.
    package func title(at path: MediaPath, completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void)
    {
        title(at: path, for: TitleQuery(), completion: completion)
    }
}

/// A file's immutable description, from which any number of cursors are opened.
package protocol MediaTitle: AnyObject, Sendable {
    /// For logs.
    var name: String { get }
    /// The tracks offered; `tracks[i].id == i`.
    var tracks: [Track] { get }
    /// `formats[i]` describes `tracks[i]` in SDP and packetizes it.
    var formats: [PayloadFormat] { get }
    /// NPT of the end of the last unit; nil if unknown.
    var duration: MediaTime? { get }
    /// Whether positions other than the start can be asked for.
    var isSeekable: Bool { get }
    /// Identifies this version of the file for SDP's `o=` line: changes when the file does.
    var version: UInt64 { get }
    /// When the file was changed last, in seconds since the Unix epoch; nil if unknown.
    var modified: Int64? { get }
    /// Mean over the whole title, bytes of the file; nil if unknown.
    var bytesPerSecond: Int? { get }

    /// A cursor for some of the tracks. Opens nothing yet: the first read does. Never blocks.
    func makeCursor(_ options: CursorOptions) -> any MediaCursor
}

extension MediaTitle {
    package var modified: Int64? { nil }
    package var bytesPerSecond: Int? { nil }
}

package struct CursorOptions: Sendable {
    /// What the cursor brings: track position, layout and RTP payload type of each.
    package var tracks: [CursorTrack]
    package init(tracks: [CursorTrack]) { self.tracks = tracks }
}

package struct CursorTrack: Hashable, Sendable {
    package var track: Int
    package var layout: PacketLayout
    /// 0...127 (RFC 3550 5.1), written in the packets' headers.
    package var payloadType: UInt8
    /// Audio units may share a packet that spans at most this much time; zero: each has packets of its own.
    package var aggregation: MediaTime
    package init(track: Int, layout: PacketLayout, payloadType: UInt8, aggregation: MediaTime = .zero) {
        self.aggregation = aggregation
        self.track = track
        self.layout = layout
        self.payloadType = payloadType
    }
}

/// A reading position in a file, for one or more of its tracks.
package protocol MediaCursor: AnyObject, Sendable {
    /// Reads one batch on the I/O pool. The caller has at most one read under way per cursor, and keeps nothing of the request: the batch is
    /// written into its buffer in place only if nobody else holds that.
    /// - Parameter completion: called once, on the pool's thread, also after `close()`.
    func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void)
    /// Gives each track a cursor of its own, by the track's position in the title, that goes on where this one stands with that track: no
    /// unit comes twice, none is left out. No read is under way. This cursor's next read, if any, brings a seek. Never blocks.
    func split() -> [Int: any MediaCursor]
    /// Interrupts a read under way and frees the file. Never blocks. No read follows.
    func close()
}

/// One wish to read.
package struct ReadRequest: Sendable {
    /// An empty buffer from the caller's pool, returned in the batch (grown if one unit needs more).
    package var buffer: ByteBuffer
    /// A new position, or nil to read on.
    package var seek: MediaTime?
    /// Units presented at or after this NPT are not wanted; the batch that reaches it `isEnd`.
    package var end: MediaTime?
    /// The batch ends before it would exceed this many bytes of wire buffer, unless it holds a single unit.
    package var maximumBytes: Int
    /// The batch ends when it spans this much decode time.
    package var maximumDuration: MediaTime
    /// Units may share packets, as `CursorTrack.aggregation` says. Not where some of them were sent already.
    package var mayAggregate: Bool

    package init(
        buffer: ByteBuffer, seek: MediaTime?, end: MediaTime?, maximumBytes: Int, maximumDuration: MediaTime,
        mayAggregate: Bool = true
    ) {
        self.mayAggregate = mayAggregate
        self.buffer = buffer
        self.seek = seek
        self.end = end
        self.maximumBytes = maximumBytes
        self.maximumDuration = maximumDuration
    }
}
