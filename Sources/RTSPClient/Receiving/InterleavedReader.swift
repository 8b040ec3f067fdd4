import MediaCore
import RTSP

// RFC 2326 10.12: frames between messages.

/// Takes a connection's bytes apart: interleaved frames where they lie, without a copy; everything else by the parser.
///
/// ```
///  0               1               2               3
/// +---------------+---------------+---------------+---------------+
/// |      '$'      | interleaved id|     length, big endian        |  payload ...
/// +---------------+---------------+---------------+---------------+
/// ```
/// Only a frame that a read has cut is copied, at most 65,539 bytes.
struct InterleavedReader {
    private var parser = MessageParser()
    /// The beginning of a frame whose end is not there yet.
    private var cut: [UInt8] = []
    /// The parser holds the beginning of a message.
    private var isInMessage = false

    private static let head = 4

    /// - Parameters:
    ///   - frame: called with interleaved id and payload, which is valid during the call.
    ///   - message: called with what is no frame.
    /// - Throws: `ParseError`; what follows cannot be read.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer, frame: (_ id: UInt8, _ payload: RawSpan) -> Void, message: (Message) -> Void
    ) throws(ParseError) {
        var rest = bytes
        if !cut.isEmpty { rest = complete(rest, frame) }
        while !rest.isEmpty {
            if !isInMessage, rest[0] == UInt8(ascii: "$") {
                guard rest.count >= Self.head, rest.count >= Self.size(rest) else {
                    cut.append(contentsOf: rest)
                    return
                }
                let size = Self.size(rest)
                Self.deliver(rest[..<size], frame)
                rest = UnsafeRawBufferPointer(rebasing: rest[size...])
            } else {
                rest = try parse(rest, frame, message)
            }
        }
    }

    /// Brings the cut frame nearer to its end. Answers the bytes after it.
    private mutating func complete(
        _ bytes: UnsafeRawBufferPointer, _ frame: (UInt8, RawSpan) -> Void
    ) -> UnsafeRawBufferPointer {
        var rest = bytes
        func take(until wanted: Int) {
            let missing = min(max(wanted - cut.count, 0), rest.count)
            cut.append(contentsOf: rest[..<missing])
            rest = UnsafeRawBufferPointer(rebasing: rest[missing...])
        }
        take(until: Self.head)
        guard cut.count >= Self.head else { return rest }
        let size = cut.withUnsafeBytes { Self.size($0) }
        take(until: size)
        guard cut.count == size else { return rest }
        cut.withUnsafeBytes { Self.deliver($0[...], frame) }
        cut.removeAll(keepingCapacity: true)
        return rest
    }

    /// Gives the parser everything, and takes back what follows its first message.
    private mutating func parse(
        _ bytes: UnsafeRawBufferPointer, _ frame: (UInt8, RawSpan) -> Void, _ message: (Message) -> Void
    ) throws(ParseError) -> UnsafeRawBufferPointer {
        // SAFETY: the span is used during the call only.
        parser.append(RawSpan(_unsafeBytes: bytes))
        guard let next = try parser.next() else {
            isInMessage = parser.isInMessage
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        isInMessage = false
        // What the parser has not consumed are the last bytes that it was given.
        let rest = UnsafeRawBufferPointer(rebasing: bytes.suffix(parser.bufferedBytes))
        parser = MessageParser()
        // After blank lines the parser meets frames, too.
        if case .interleaved(let id, let payload) = next { frame(id, payload.span.bytes) } else { message(next) }
        return rest
    }

    /// Bytes of the frame at the start of `bytes`, of which four are there.
    private static func size(_ bytes: UnsafeRawBufferPointer) -> Int {
        head + Int(bytes[2]) << 8 + Int(bytes[3])
    }

    private static func deliver(_ bytes: Slice<UnsafeRawBufferPointer>, _ frame: (UInt8, RawSpan) -> Void) {
        let whole = UnsafeRawBufferPointer(rebasing: bytes)
        // SAFETY: the span is used during the call only.
        frame(whole[1], RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: whole[head...])))
    }
}
