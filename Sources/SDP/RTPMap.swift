/// `a=rtpmap:payload-type encoding-name/clock-rate[/channels]` (RFC 8866 6.6).
package struct RTPMap: Hashable, Sendable {
    package static let attributeName = "rtpmap"

    /// 0...127
    package var payloadType: UInt8
    /// As registered: `H264`, `mpeg4-generic`, `opus`. Compared without regard to case (RFC 4855 3).
    package var encodingName: String
    /// Hz, not zero.
    package var clockRate: UInt32
    /// Audio channels; nil if not given, which means one for audio.
    package var channels: UInt8?

    package init(payloadType: UInt8, encodingName: String, clockRate: UInt32, channels: UInt8? = nil) {
        self.payloadType = payloadType
        self.encodingName = encodingName
        self.clockRate = clockRate
        self.channels = channels
    }

    /// Parses the attribute's value. A third parameter that is no number is left out: some cameras write one for video.
    package init?(_ value: String) {
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let payloadType = UInt8(words[0]), payloadType < 128 else { return nil }
        let pieces = words[1].trimmed.split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count >= 2, !pieces[0].isEmpty, let clockRate = UInt32(pieces[1]), clockRate > 0 else {
            return nil
        }
        let channels = pieces.count > 2 ? UInt8(pieces[2]) : nil
        self.init(payloadType: payloadType, encodingName: String(pieces[0]), clockRate: clockRate, channels: channels)
    }

    package func serialize() -> String {
        "\(payloadType) \(encodingName)/\(clockRate)" + (channels.map { "/\($0)" } ?? "")
    }

    package var attribute: Attribute { Attribute(Self.attributeName, serialize()) }
}
