package import Delivery
package import MediaCore
package import RTSP

/// Every bound of the server in one place: what a peer or a file can make it hold or wait for.
package struct Limits: Sendable {
    /// What a viewer's cursor may read ahead.
    package var demand = DemandLimits.standard
    /// How packets are spread in time.
    package var pacing = PacingLimits.standard
    /// What viewers get that take less than they are due.
    package var slow = SlowLimits()
    /// Bytes of the parts of a request: request line, header lines, body.
    package var parser = ParserLimits()
    /// RTP packet size in bytes, header included; 1,372 leaves room for the headers of overlay and VPN networks (MTU 1,400).
    package var packetSize = 1372
    /// Audio units may share a packet that spans at most this much time; zero: each has packets of its own.
    package var audioAggregation = MediaTime.zero
    /// RTSP connections at once.
    package var connections = 4096
    /// Of these, from one address (of IPv6: from one /64): nobody takes all.
    package var connectionsPerAddress = 2048
    /// RTSP sessions at once.
    package var sessions = 4096
    /// Of these, made from one address (of IPv6: from one /64).
    package var sessionsPerAddress = 2048
    /// Sessions that one connection may create.
    package var sessionsPerConnection = 16
    /// Requests of one connection that wait for their turn.
    package var pipelinedRequests = 64
    /// Bytes of these. One request of the largest size always may wait.
    package var pipelinedBytes = 256 * 1024
    /// How long a request, or an interleaved frame, may take from its first byte to its last: a byte a minute keeps nothing open.
    package var requestTimeout = MediaTime.seconds(20)
    /// Bytes of media that may wait in a TCP connection before the viewer stops consuming.
    package var interleavedBytes = 128 * 1024
    /// Media that may wait in a TCP connection's kernel buffer, where no seek can discard it: this much time of it, within these bytes.
    package var interleavedTime = MediaTime.milliseconds(500)
    package var interleavedKernelBytes = 128 * 1024...4 * 1024 * 1024
    /// Bytes of replies that a client leaves unread before its connection is closed.
    package var unreadReplyBytes = 1024 * 1024
    /// A session that shows no sign of life for this long ends (RFC 2326 12.37); announced as `timeout=`.
    package var sessionTimeout = MediaTime.seconds(60)
    /// A connection without a session and without a whole request for this long is closed.
    package var idleConnectionTimeout = MediaTime.seconds(60)
    /// Bytes of free wire buffers that each event loop keeps.
    package var freeBufferBytes = 1024 * 1024
    /// Bytes of send buffer asked for each shared UDP socket.
    package var datagramSendBuffer = 4 * 1024 * 1024

    package init() {}
}
