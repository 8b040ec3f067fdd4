/// As what a file's media are offered. One file may be open as several titles that differ in this.
package enum Representation: Hashable, Sendable {
    /// Each track by the payload format of its codec.
    case tracks
    /// The packets of an MPEG transport stream as they are, multiplexed (RFC 2250 2): of files in that container alone.
    case transportStream
}
