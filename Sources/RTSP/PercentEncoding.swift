/// Percent-encoding (RFC 3986 2.1). `+` is a plus sign, never a space: that is a rule of HTML forms.
package enum PercentEncoding {
    /// The bytes that `text` stands for. A `%` without two hexadecimal digits stands for itself: clients send names
    /// such as `100%.mp4` raw.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8] {
        let text = Array(text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = text[index + 1].hexDigitValue,
                let low = text[index + 2].hexDigitValue
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }

    /// The path whose bytes are `path`, `/` kept, safe in a URI, in SDP and in RTP-Info: only unreserved characters
    /// (RFC 3986 2.3), `/` and those of `+=@:!*()` stand for themselves.
    package static func encode(path: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in path {
            if isKept(byte) { text.append(byte) } else { appendEscape(of: byte, to: &text) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(hexDigit(byte >> 4))
        bytes.append(hexDigit(byte & 0xF))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func isKept(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isDigit { return true }
        return switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"),
            UInt8(ascii: "+"),
            UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "!"), UInt8(ascii: "*"),
            UInt8(ascii: "("),
            UInt8(ascii: ")"):
            true
        default:
            false
        }
    }
}
