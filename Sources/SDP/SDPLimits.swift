/// What the parser accepts from a peer.
package struct SDPLimits: Hashable, Sendable {
    /// Bytes of the description. Default 65,536, as RTSP bodies.
    package var bytes = 65_536
    /// Lines. Default 2,000: 100 media of 20 lines.
    package var lines = 2_000
    /// Media descriptions. Default 100.
    package var media = 100

    package init() {}
}
