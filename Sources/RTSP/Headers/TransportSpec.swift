// RFC 2326 12.39: transport-spec

/// Two ports, or two interleaved ids: for RTP and for RTCP.
package struct TransportPair<Number: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable {
    package var rtp: Number
    /// Nil if only one number was given: then RTCP has the next.
    package var rtcp: Number?

    package init(rtp: Number, rtcp: Number? = nil) {
        self.rtp = rtp
        self.rtcp = rtcp
    }

    /// `a-b` or `a`.
    init?(_ text: FieldText) {
        let pieces = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(FieldSyntax.trim)
        guard pieces.count <= 2, let rtp: Number = FieldSyntax.unsigned(pieces[0]) else { return nil }
        self.init(rtp: rtp)
        if pieces.count == 2 {
            guard let rtcp: Number = FieldSyntax.unsigned(pieces[1]) else { return nil }
            self.rtcp = rtcp
        }
    }

    func serialize() -> String { rtcp.map { "\(rtp)-\($0)" } ?? "\(rtp)" }
}

package typealias PortPair = TransportPair<UInt16>
package typealias InterleavedIDs = TransportPair<UInt8>

/// One way to carry a stream, as offered by a client or chosen by a server.
package struct TransportSpec: Hashable, Sendable {
    package enum Delivery: String, Hashable, Sendable {
        case unicast
        case multicast
    }

    /// A parameter that has no property of its own, as sent.
    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: String?

        package init(name: String, value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    package var transportProtocol: TransportProtocol
    /// Nil if not given: RFC 2326 says multicast, every client that leaves it out means unicast.
    package var delivery: Delivery?
    /// Where to send to; empty if the parameter has no value.
    package var destination: String?
    /// Where the server sends from.
    package var source: String?
    package var interleaved: InterleavedIDs?
    /// The client's ports, unicast.
    package var clientPort: PortPair?
    /// The server's ports, unicast.
    package var serverPort: PortPair?
    /// The group's ports, multicast.
    package var port: PortPair?
    /// Time to live of multicast packets.
    package var ttl: UInt8?
    /// Multicast layers.
    package var layers: UInt8?
    /// The server's synchronization source.
    package var ssrc: UInt32?
    /// The methods of the session; empty means PLAY. An unknown one is `.other`; case is not kept.
    package var mode: [Method]
    /// For RECORD: append to what is there.
    package var append: Bool
    package var parameters: [Parameter]

    package init(_ transportProtocol: TransportProtocol, delivery: Delivery? = nil) {
        self.transportProtocol = transportProtocol
        self.delivery = delivery
        self.mode = []
        self.append = false
        self.parameters = []
    }

    package var isMulticast: Bool { delivery == .multicast }

    /// Parses one spec. Names are matched without regard to case; values may be quoted.
    init(_ text: FieldText) throws(HeaderError) {
        var pieces = FieldSyntax.list(text, separator: UInt8(ascii: ";"))
        guard !pieces.isEmpty, pieces[0].allSatisfy({ $0.isTokenByte || $0 == UInt8(ascii: "/") }) else {
            throw HeaderError(header: TransportHeader.name, reason: "no transport protocol")
        }
        self.init(TransportProtocol(FieldSyntax.string(pieces.removeFirst())))
        for piece in pieces { try add(piece) }
    }

    private mutating func add(_ piece: FieldText) throws(HeaderError) {
        let (name, rawValue) = FieldSyntax.parameter(piece)
        let text = rawValue.map(FieldSyntax.unquote)
        let value = FieldSyntax.trim((text ?? "").utf8[...])
        func required<Value>(_ parsed: Value?) throws(HeaderError) -> Value {
            if let parsed { return parsed }
            throw HeaderError(header: TransportHeader.name, reason: "malformed \(FieldSyntax.string(name))")
        }
        switch String(decoding: name.lazy.map(\.asciiLowercased), as: UTF8.self) {
        case "unicast": delivery = .unicast
        case "multicast": delivery = .multicast
        case "destination": destination = FieldSyntax.string(value)
        case "source": source = FieldSyntax.string(value)
        case "interleaved": interleaved = try required(InterleavedIDs(value))
        case "client_port": clientPort = try required(PortPair(value))
        case "server_port": serverPort = try required(PortPair(value))
        case "port": port = try required(PortPair(value))
        case "ttl": ttl = try required(FieldSyntax.unsigned(value))
        case "layers": layers = try required(FieldSyntax.unsigned(value))
        case "mode": mode = Self.modes(value)
        case "append": append = true
        case "ssrc" where Self.ssrc(value) != nil: ssrc = Self.ssrc(value)
        default: parameters.append(Parameter(name: FieldSyntax.string(name), value: text))
        }
    }

    private static func modes(_ text: FieldText) -> [Method] {
        FieldSyntax.list(text, separator: UInt8(ascii: ",")).map { mode in
            Method(String(decoding: mode.lazy.map { $0.isASCIILetter ? $0 & 0xDF : $0 }, as: UTF8.self))
        }
    }

    /// 8*8(HEX); fewer digits are accepted, since some servers print without leading zeros. What is no such number is
    /// kept as a parameter: a client's ssrc has no meaning, and must not spoil its SETUP.
    private static func ssrc(_ text: FieldText) -> UInt32? {
        guard (1...8).contains(text.count) else { return nil }
        var number: UInt32 = 0
        for byte in text {
            guard let digit = byte.hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
        }
        return number
    }

    package func serialize() -> String {
        var pieces = [transportProtocol.name]
        if let delivery { pieces.append(delivery.rawValue) }
        if let destination {
            pieces.append(destination.isEmpty ? "destination" : "destination=\(Self.quoted(destination))")
        }
        if let source { pieces.append("source=\(Self.quoted(source))") }
        if let interleaved { pieces.append("interleaved=\(interleaved.serialize())") }
        if let clientPort { pieces.append("client_port=\(clientPort.serialize())") }
        if let serverPort { pieces.append("server_port=\(serverPort.serialize())") }
        if let port { pieces.append("port=\(port.serialize())") }
        if let ttl { pieces.append("ttl=\(ttl)") }
        if let layers { pieces.append("layers=\(layers)") }
        if let ssrc { pieces.append("ssrc=\(Self.hexadecimal(ssrc))") }
        if !mode.isEmpty { pieces.append("mode=\"\(mode.map(\.name).joined(separator: ","))\"") }
        if append { pieces.append("append") }
        for parameter in parameters {
            pieces.append(parameter.name + (parameter.value.map { "=" + Self.quoted($0) } ?? ""))
        }
        return pieces.joined(separator: ";")
    }

    private static func hexadecimal(_ number: UInt32) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// `text` as it is, or as a quoted string if it holds a delimiter.
    private static func quoted(_ text: String) -> String {
        let special: [UInt8] = [UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x20]
        guard text.utf8.contains(where: special.contains) else { return text }
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}
