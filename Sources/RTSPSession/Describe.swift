import MediaCore
import RTPPayload
package import RTSP
package import SDP

/// DESCRIBE, RFC 2326 10.2.
package enum Describe {
    /// The refusal, if the client takes no SDP (RFC 2326 12.1). To be asked before a title is opened.
    package static func refusal(of request: Request) -> Response? {
        let accepted = request.headers.values("Accept").joined(separator: ",")
        guard !accepted.isEmpty else { return nil }
        let types = accepted.split(separator: ",").compactMap { item in
            item.split(separator: ";").first.map { $0.filter { !$0.isWhitespace }.lowercased() }
        }
        guard types.contains(where: ["application/sdp", "application/*", "*/*"].contains) else {
            return Response(to: request, .notAcceptable)
        }
        return nil
    }

    /// - Parameter isIPv6: whether the client's connection is.
    package static func reply(
        to request: Request, _ uri: PresentationURI, _ presentation: Presentation, isIPv6: Bool
    ) -> Response {
        if let notModified = presentation.notModified(request) { return notModified }
        var response = Response(to: request, .ok)
        response.headers.append("Content-Base", uri.contentBase)
        if let modified = presentation.modified { response.headers.replace(LastModifiedHeader(modified)) }
        response.headers.append("Content-Type", "application/sdp")
        response.body = Array(presentation.sessionDescription(isIPv6: isIPv6, query: uri.query).serialize().utf8)
        return response
    }
}

extension Presentation {
    /// The SDP of RFC 2326 appendix C: control attributes relative to Content-Base, the range if it is known, ports left to SETUP.
    /// - Parameter query: of the presentation's URI.
    package func sessionDescription(isIPv6: Bool, query: String? = nil) -> SessionDescription {
        let family: AddressType = isIPv6 ? .ip6 : .ip4
        let anyAddress = isIPv6 ? "::" : "0.0.0.0"
        var attributes = [Attribute("tool", "Sluice"), Attribute("control", "*")]
        if isLive { attributes.append(Attribute("range", "npt=now-")) }
        // Clients offer seeking only when the range has an end. GStreamer asks for the range that it was told, and spells what is less than a
        // tenth of a millisecond (a still picture) as `1.1e-`.
        if let duration, duration >= .milliseconds(1) { attributes.append(Attribute("range", "npt=0-\(duration)")) }
        return SessionDescription(
            origin: Origin(
                username: "-", sessionID: version, sessionVersion: version, addressType: family, address: anyAddress),
            name: name, connection: ConnectionInformation(addressType: family, address: anyAddress),
            time: .unbounded, attributes: attributes,
            media: offered.map { mediaDescription(tracks[$0], formats[$0], query: query) })
    }

    private func mediaDescription(_ track: Track, _ format: PayloadFormat, query: String?) -> MediaDescription {
        let payloadType = Self.payloadType(of: track.id, format)
        let description = format.sdpMedia(payloadType: payloadType)
        var attributes = [Attribute("rtpmap", description.rtpmap)]
        if let fmtp = description.fmtp { attributes.append(Attribute("fmtp", fmtp)) }
        // RFC 8866 6.12.
        if let language = track.language.flatMap({ LanguageTag($0) }) {
            attributes.append(Attribute("lang", language.text))
        }
        attributes.append(Attribute("control", PresentationURI.control(track: track.id, query: query)))
        // RFC 4570: who joins does it for this source alone.
        if let multicast, let source = multicast.source {
            let family = multicast.isIPv6 ? "IP6" : "IP4"
            attributes.append(Attribute("source-filter", " incl IN \(family) \(multicast.address) \(source)"))
        }
        let (kilobits, rest) = track.codec.bitRate.quotientAndRemainder(dividingBy: 1000)
        let rate = UInt64(clamping: rest > 0 ? kilobits + 1 : kilobits)
        return MediaDescription(
            media: format.mediaType, port: multicast?.port(of: track.id) ?? 0, proto: "RTP/AVP",
            formats: [String(payloadType)],
            // RFC 8866 5.4.
            information: track.title, connection: multicast.map(Self.connection),
            bandwidths: rate > 0 ? [.applicationSpecific(kilobitsPerSecond: rate)] : [], attributes: attributes)
    }

    /// RFC 8866 5.7: hops are told of IPv4 alone.
    private static func connection(_ group: MulticastOffer) -> ConnectionInformation {
        ConnectionInformation(
            addressType: group.isIPv6 ? .ip6 : .ip4, address: group.address, ttl: group.isIPv6 ? nil : group.ttl)
    }
}
