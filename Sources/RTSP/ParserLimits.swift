/// What a ``MessageParser`` accepts from a peer. Together they bound its memory: one message's start line, headers and
/// body, plus what the caller appends at once.
package struct ParserLimits: Hashable, Sendable {
    /// Bytes of a start line, line end excluded. Default 16,384: a path of 4,096 bytes (Linux's PATH_MAX) is 12,288
    /// when percent-encoded.
    package var startLineBytes = 16_384
    /// Header fields of one message. Default 100, as common in HTTP servers; clients send fewer than 20.
    package var headerCount = 100
    /// Bytes of all header lines of one message, every line end but the last included. Default 16,384.
    package var headerBytes = 16_384
    /// Bytes of a body. Default 65,536: an SDP that describes 100 tracks fits.
    package var bodyBytes = 65_536
    /// Bytes of an interleaved frame's payload. Default 65,535, the most its length field can say (RFC 2326 10.12).
    package var interleavedFrameBytes = 65_535

    package init() {}
}
