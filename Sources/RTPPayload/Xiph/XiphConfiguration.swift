internal import MediaCore

/// A packed configuration, RFC 5215 3.2.1: the headers of one stream in one piece, and the number by which packets refer to it.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |              number of packed configurations = 1              |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Ident                      |  bytes of the
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///   headers      | headers-1 = 2 |  length of the first and of the second, 7 bits a byte
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   identification, comment and setup header, one behind the other
/// ```
struct XiphConfiguration: Hashable, Sendable {
    let headers: XiphHeaders

    /// Bytes of the largest configuration that keeps the stream's own comments. FFmpeg reads 16,383 characters of an SDP line, which has
    /// four for three bytes.
    static let maximumWithComments = 12_000
    /// What 16 bits of length can say.
    private static let maximumHeaders = 65_535

    /// A comment header that makes the whole too long (it may hold pictures) is replaced by one without comments: a decoder needs none
    /// of them.
    /// - Parameter emptyComment: a comment header without vendor and comments.
    init(_ headers: XiphHeaders, emptyComment: [UInt8]) throws(PayloadFormatError) {
        var headers = headers
        let size = headers.identification.count + headers.comment.count + headers.setup.count
        if size > Self.maximumWithComments { headers.comment = emptyComment }
        let sent = headers.identification.count + headers.comment.count + headers.setup.count
        guard sent <= Self.maximumHeaders else {
            throw PayloadFormatError("codec headers of \(sent) bytes: RFC 5215 has room for \(Self.maximumHeaders)")
        }
        self.headers = headers
    }

    /// 24 bits that differ where the headers differ: FNV-1 of 32 bits, folded, as GStreamer makes it.
    var identifier: UInt32 {
        var hash: UInt32 = 2_166_136_261
        for header in [headers.identification, headers.comment, headers.setup] {
            for byte in header { hash = hash &* 16_777_619 ^ UInt32(byte) }
        }
        return hash >> 24 ^ hash & 0xFF_FFFF
    }

    /// The value of SDP's `configuration`, RFC 5215 6.
    var base64Text: String { base64(bytes) }

    private var bytes: [UInt8] {
        let content = headers.identification + headers.comment + headers.setup
        let identifier = identifier
        var bytes: [UInt8] = [0, 0, 0, 1]
        bytes += [16, 8, 0].map { UInt8(truncatingIfNeeded: identifier >> $0) }
        bytes += [UInt8(truncatingIfNeeded: content.count >> 8), UInt8(truncatingIfNeeded: content.count), 2]
        bytes += Self.length(headers.identification.count) + Self.length(headers.comment.count)
        return bytes + content
    }

    /// Seven bits a byte, most significant first; the first bit says that another byte follows.
    private static func length(_ value: Int) -> [UInt8] {
        var bytes = [UInt8(value & 0x7F)]
        var rest = value >> 7
        while rest > 0 {
            bytes.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
            rest >>= 7
        }
        return bytes
    }
}
