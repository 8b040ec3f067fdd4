/// As what a file's media are offered. One file may be open as several titles that differ in this.
package enum Representation: Hashable, Sendable {
    /// Each track by the payload format of its codec.
    case tracks
    /// The same, and those too that by default travel in a format that more clients know.
    case nativeTracks
    /// The packets of an MPEG transport stream as they are, multiplexed (RFC 2250 2): of files in that container alone.
    case transportStream
}
