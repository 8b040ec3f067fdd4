package import MediaCore

/// What becomes of one codec, or of a family that shares its fate: a row of the one table that says what is offered and to whom.
package struct Offering: Hashable, Sendable {
    /// For people: "PCM, 24 bits".
    package let name: String
    /// As `CodecDescription` has them.
    package let codecs: [Codec]
    /// As `a=rtpmap` spells them; empty if RTP has no format for the codec.
    package let encodingNames: [String]
    /// The document that defines the format: "RFC 6184"; empty for none.
    package let specification: String
    package let carriage: Carriage
    /// Who can receive the format.
    package let receivers: Receivers
    /// Only URLs whose query says so get it.
    package let request: Request
    /// A clause for a person; may be empty.
    package let note: String

    /// How the samples of a track travel.
    package enum Carriage: String, Hashable, Sendable {
        /// Bit for bit.
        case asIs = "as it is"
        /// The same samples, in another order of bytes or number of bits.
        case repacked
        /// The nearest samples that the format has.
        case rounded
        /// Not at all.
        case refused
    }

    package enum Request: String, Hashable, Sendable {
        /// No query is needed.
        case none = ""
        case data = "?data"
        case text = "?text"
        case native = "?native"
        case transportStream = "?as=ts"
    }

    /// What viewers get of it who ask for nothing.
    package enum Default: Hashable, Sendable {
        /// The format, which FFmpeg, and GStreamer or VLC, can receive.
        case offered
        /// What more clients know: the format itself is for `?native`. The server makes nothing else of it yet, so the format is offered here too.
        case nativeOnly
        /// Nothing: it must be asked for.
        case onRequest
        /// Nothing: there is no format.
        case refused
    }

    package var byDefault: Default {
        if carriage == .refused { return .refused }
        if request != .none { return .onRequest }
        let isWidelyKnown =
            !receivers.isDisjoint(with: .ffmpeg) && !receivers.isDisjoint(with: [.gstreamer, .vlc])
        return isWidelyKnown ? .offered : .nativeOnly
    }

    /// Whether the code has the format; parameters of a stream may still be refused.
    package var isServed: Bool {
        // Of many codecs and of none, `PayloadFormat.transportStream`; of a codec that has a row, the second format.
        request == .transportStream || request == .native || codecs.contains { PayloadFormat.refusal(of: $0) == nil }
    }

    /// The row of a codec; nil for one that nobody has thought of.
    package static func of(_ codec: Codec) -> Offering? { all.first { $0.codecs.contains(codec) } }

    static func row(
        _ name: String, _ codecs: [Codec], _ encodingNames: String..., by specification: String,
        _ carriage: Carriage = .asIs, to receivers: Receivers, request: Request = .none, note: String = ""
    ) -> Offering {
        Offering(
            name: name, codecs: codecs, encodingNames: encodingNames, specification: specification, carriage: carriage,
            receivers: receivers, request: request, note: note)
    }

    /// - Parameter codecs: libavcodec's names.
    static func refused(_ name: String, _ codecs: String..., note: String = "") -> Offering {
        Offering(
            name: name, codecs: codecs.map { .other($0) }, encodingNames: [], specification: "", carriage: .refused,
            receivers: [], request: .none, note: note)
    }
}

/// Clients that can receive a payload format, by what their programs contain: FFmpeg's list of RTP handlers (5.1.6 and 9.0.2), GStreamer 1.22's
/// depayloaders in Debian 12, and the codecs that VLC 3's live555 module passes on to a decoder.
package struct Receivers: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let ffmpeg5 = Receivers(rawValue: 1)
    package static let ffmpeg9 = Receivers(rawValue: 2)
    package static let gstreamer = Receivers(rawValue: 4)
    package static let vlc = Receivers(rawValue: 8)

    package static let ffmpeg: Receivers = [.ffmpeg5, .ffmpeg9]
    package static let all: Receivers = [.ffmpeg, .gstreamer, .vlc]
}

extension Receivers: CustomStringConvertible {
    /// "FFmpeg, GStreamer"; "FFmpeg 9" if an older one cannot.
    package var description: String {
        var names: [String] = []
        if isSuperset(of: .ffmpeg) {
            names.append("FFmpeg")
        } else if contains(.ffmpeg9) {
            names.append("FFmpeg 9")
        } else if contains(.ffmpeg5) {
            names.append("FFmpeg 5.1")
        }
        if contains(.gstreamer) { names.append("GStreamer") }
        if contains(.vlc) { names.append("VLC") }
        return names.isEmpty ? "none of these" : names.joined(separator: ", ")
    }
}
