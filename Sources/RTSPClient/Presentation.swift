package import MediaCore
package import RTSP
package import SDP

/// What a server's DESCRIBE tells (RFC 2326 10.2, C.1).
package struct Presentation: Hashable, Sendable {
    /// One media stream.
    package struct Stream: Hashable, Sendable {
        /// Where SETUP goes, absolute.
        package var controlURL: String
        /// `video`, `audio` ...
        package var media: String
        /// The first format of the `m=` line, 0...127.
        package var payloadType: UInt8
        /// As in `a=rtpmap`; empty for a static payload type that has none.
        package var encodingName: String
        package var clockRate: ClockRate
    }

    /// Where PLAY, PAUSE and TEARDOWN of the whole go.
    package var controlURL: String
    package var description: SessionDescription
    /// RTP streams that can be set up, in the order of the description.
    package var streams: [Stream]
    /// NPT of the end in nanoseconds, from `a=range` (C.1.5); nil for a live presentation or one that does not say.
    package var end: Int64?

    /// - Parameters:
    ///   - response: a 200 to DESCRIBE.
    ///   - url: what was asked for.
    /// - Throws: `.malformedReply` for a body that is no SDP, or describes no RTP stream.
    package init(_ response: Response, url: String) throws(ClientError) {
        let base = response.headers[HeaderName.contentBase] ?? response.headers[HeaderName.contentLocation] ?? url
        do {
            self.description = try SessionDescription(parsing: response.body)
        } catch {
            throw .malformedReply(.describe, reason: "\(error)")
        }
        self.controlURL = ControlURL.resolve(description.attributes.value("control"), base: base)
        self.streams = description.media.compactMap { Stream($0, base: base) }
        self.end = Self.end(of: description)
        guard !streams.isEmpty else { throw .malformedReply(.describe, reason: "no RTP stream") }
    }

    private static func end(of description: SessionDescription) -> Int64? {
        guard let text = description.attributes.value("range"), let range = try? RangeHeader(parsing: text),
            case .npt(let npt) = range.specifier, case .time(let end) = npt.end
        else { return nil }
        return end
    }
}

extension Presentation.Stream {
    /// Nil for a description of something other than RTP.
    init?(_ media: MediaDescription, base: String) {
        guard media.proto.uppercased().hasPrefix("RTP/"), let format = media.formats.first,
            let payloadType = UInt8(format), payloadType < 128
        else { return nil }
        let map = media.rtpMap(payloadType: payloadType)
        let hertz = map?.clockRate ?? Self.staticClockRate(payloadType)
        guard let clockRate = ClockRate(hertz: hertz) else { return nil }
        self.init(
            controlURL: ControlURL.resolve(media.attributes.value("control"), base: base), media: media.media,
            payloadType: payloadType, encodingName: map?.encodingName ?? "", clockRate: clockRate)
    }

    /// RFC 3551 6: 90 kHz for video and MPEG audio, the sampling rate otherwise.
    private static func staticClockRate(_ payloadType: UInt8) -> UInt32 {
        switch payloadType {
        case 6: 16_000
        case 10, 11: 44_100
        case 14, 24...95: 90_000
        case 16: 11_025
        case 17: 22_050
        default: 8_000
        }
    }
}
