package import RTP
package import RTSP

/// What the reply to PLAY says (RFC 2326 10.5).
package struct PlayReply: Hashable, Sendable {
    /// Where a stream's RTP stands (RFC 2326 12.33).
    package struct StreamStart: Hashable, Sendable {
        /// Of the first packet of this PLAY.
        package var sequenceNumber: SequenceNumber?
        /// At the start of `range`.
        package var timestamp: RTPTimestamp?
    }

    package var response: Response
    package var range: RangeHeader?
    /// One per stream, in the order of their SETUPs; nil for one that RTP-Info does not name.
    package var streams: [StreamStart?]

    /// - Parameter urls: the streams' control URLs.
    init(_ response: Response, streams urls: [String]) throws(ClientError) {
        self.response = response
        let info: [RTPInfoHeader.Stream]
        do {
            self.range = try response.headers.typed(RangeHeader.self)
            info = try response.headers.typed(RTPInfoHeader.self)?.streams ?? []
        } catch {
            throw .malformedReply(.play, reason: "\(error)")
        }
        self.streams = urls.indices.map { index in
            Self.entry(of: urls[index], index: index, count: urls.count, in: info).map {
                StreamStart(
                    sequenceNumber: $0.seq.map { SequenceNumber($0) }, timestamp: $0.rtptime.map { RTPTimestamp($0) })
            }
        }
    }

    /// The entry of the same URL; else one that the URL ends in (servers write relative ones); else, if the numbers
    /// agree, the one in the same place.
    private static func entry(
        of url: String, index: Int, count: Int, in info: [RTPInfoHeader.Stream]
    ) -> RTPInfoHeader.Stream? {
        if let same = info.first(where: { $0.url == url }) { return same }
        if let relative = info.first(where: { !$0.url.isEmpty && url.hasSuffix("/" + $0.url) }) { return relative }
        return info.count == count ? info[index] : nil
    }
}
