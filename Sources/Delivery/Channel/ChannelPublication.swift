package import MediaCore
package import RTP

/// What a channel's producer tells the loops where its viewers live, once per quantum in which it sent anything.
package struct ChannelPublication: Sendable {
    /// Which subscription of the loop it answers: what was on its way when that one ended is not for the next.
    package var subscription: UInt64
    /// In the order in which they were sent.
    package var runs: [ChannelRun] = []
    /// RTCP compound packets by line, in order.
    package var reports: [(line: Int, bytes: [UInt8])] = []
    /// The state of each line's sender behind `runs`.
    package var senders: [SenderState]
    package var end: End?

    package enum End: Sendable {
        /// The title has ended. `reports` hold the goodbyes.
        case over(MediaError?)
        /// The producer could not begin, or go on.
        case failed(MediaError)
    }
}
