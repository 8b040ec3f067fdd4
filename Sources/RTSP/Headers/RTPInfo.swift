// RFC 2326 12.33: "RTP-Info" ":" 1#( "url" "=" url 1*( ";" ( "seq" "=" 1*DIGIT | "rtptime" "=" 1*DIGIT ) ) )

/// Where each stream's RTP stands as PLAY is answered.
package struct RTPInfoHeader: TypedHeader {
    package static let name = HeaderName.rtpInfo

    package struct Stream: Hashable, Sendable {
        /// The control URI, in the form that SETUP used.
        package var url: String
        /// Sequence number of the first packet of this PLAY.
        package var seq: UInt16?
        /// RTP timestamp at the start of the reply's Range, in clock-rate units.
        package var rtptime: UInt32?

        package init(url: String, seq: UInt16?, rtptime: UInt32?) {
            self.url = url
            self.seq = seq
            self.rtptime = rtptime
        }
    }

    package var streams: [Stream]

    package init(_ streams: [Stream]) { self.streams = streams }

    /// URLs may be quoted, and may hold commas and semicolons: a stream starts at `url=` only. A number that does not
    /// fit is left out, as the RFC lets servers leave out each.
    package init(parsing value: String) throws(HeaderError) {
        var streams: [Stream] = []
        for piece in FieldSyntax.list(value.utf8[...], separator: UInt8(ascii: ",")) {
            if let first = piece.firstIndex(of: UInt8(ascii: "=")),
                FieldSyntax.equal(FieldSyntax.trim(piece[..<first]), "url")
            {
                streams.append(Stream(url: "", seq: nil, rtptime: nil))
                Self.add(piece[piece.index(after: first)...], joint: "", to: &streams[streams.count - 1])
            } else if !streams.isEmpty {
                Self.add(piece, joint: ",", to: &streams[streams.count - 1])
            } else {
                throw HeaderError(header: Self.name, reason: "does not start with url=")
            }
        }
        guard !streams.isEmpty else { throw HeaderError(header: Self.name, reason: "empty list") }
        self.streams = streams
    }

    /// Adds `url *(";" parameter)`; what is no known parameter belongs to the URL.
    private static func add(_ text: FieldText, joint: String, to stream: inout Stream) {
        var joint = joint
        for piece in FieldSyntax.list(text, separator: UInt8(ascii: ";")) {
            let (name, value) = FieldSyntax.parameter(piece)
            if FieldSyntax.equal(name, "seq"), let value {
                stream.seq = FieldSyntax.unsigned(value)
            } else if FieldSyntax.equal(name, "rtptime"), let value {
                stream.rtptime = FieldSyntax.unsigned(value)
            } else {
                stream.url += joint + FieldSyntax.unquote(piece)
            }
            joint = ";"
        }
    }

    /// In URLs, what would end them (`,` `;` `"` and white space) is percent-encoded.
    package func serialize() -> String {
        streams.map { stream in
            var text = "url=" + Self.escape(stream.url)
            if let seq = stream.seq { text += ";seq=\(seq)" }
            if let rtptime = stream.rtptime { text += ";rtptime=\(rtptime)" }
            return text
        }.joined(separator: ",")
    }

    private static func escape(_ url: String) -> String {
        var bytes: [UInt8] = []
        for byte in url.utf8 {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""), 0...0x20, 0x7F:
                PercentEncoding.appendEscape(of: byte, to: &bytes)
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
