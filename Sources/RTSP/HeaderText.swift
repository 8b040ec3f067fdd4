/// Header values on the wire are bytes; here they are text.
enum HeaderText {
    /// UTF-8 if it is that (RFC 2326 3, 15), else Latin-1 (RFC 2068 2.2), which any bytes are.
    static func decode(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
        return String(scalars)
    }
}
