/// SDES, RFC 3550 6.5: names of sources.
/// ```
/// |V=2|P|   SC    |  PT=SDES=202  |             length            |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |                          SSRC/CSRC_1                          |  chunk 1
/// |  item type    |  length       |  text ...                     |
/// |  ...          |  0            |  0, to the next word          |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// ```
package struct SourceDescription: Hashable, Sendable {
    /// At most 31.
    package var chunks: [Chunk]

    package static let type: UInt8 = 202

    /// The items of one source.
    package struct Chunk: Hashable, Sendable {
        package var ssrc: SSRC
        package var items: [Item]
        package init(ssrc: SSRC, items: [Item]) {
            self.ssrc = ssrc
            self.items = items
        }
        /// The text of the CNAME item, the only one that every source has (RFC 3550 6.5.1).
        package var cname: String? { items.first { $0.type == .cname }?.text }
    }

    package struct Item: Hashable, Sendable {
        package var type: ItemType
        /// At most 255 bytes of UTF-8, cut at a character when serialized. An item that is not UTF-8 is parsed with
        /// replacement characters; a PRIV item's text includes its prefix.
        package var text: String
        package init(type: ItemType, text: String) {
            self.type = type
            self.text = text
        }
    }

    /// RFC 3550 12.2. Others are kept with their number.
    package struct ItemType: Hashable, Sendable {
        /// Not zero, which ends a chunk.
        package let rawValue: UInt8
        package init?(_ rawValue: UInt8) {
            guard rawValue != 0 else { return nil }
            self.rawValue = rawValue
        }
        private init(known: UInt8) { self.rawValue = known }
        package static let cname = ItemType(known: 1)
        package static let name = ItemType(known: 2)
        package static let email = ItemType(known: 3)
        package static let phone = ItemType(known: 4)
        package static let location = ItemType(known: 5)
        package static let tool = ItemType(known: 6)
        package static let note = ItemType(known: 7)
        package static let priv = ItemType(known: 8)
    }

    package init(chunks: [Chunk]) { self.chunks = chunks }

    /// What accompanies every report: one source's CNAME.
    package init(ssrc: SSRC, cname: CNAME) {
        self.chunks = [Chunk(ssrc: ssrc, items: [Item(type: .cname, text: cname.text)])]
    }

    init(parsing bytes: RawSpan, header: RTCPHeader) throws(RTCPError) {
        var offset = header.body.lowerBound
        let end = header.body.upperBound
        var chunks: [Chunk] = []
        for _ in 0..<header.count {
            guard end - offset >= 4 else { throw .truncated(offset: offset) }
            var chunk = Chunk(ssrc: SSRC(bytes.uint32(at: offset)), items: [])
            offset += 4
            while true {
                // A list of items ends with at least one zero byte, then zeros to the next word. Some senders let the
                // packet end instead.
                guard offset < end else { break }
                guard let type = ItemType(bytes.uint8(at: offset)) else {
                    offset += 4 - (offset - header.body.lowerBound) % 4
                    break
                }
                guard end - offset >= 2 else { throw .truncated(offset: offset) }
                let text = offset + 2..<offset + 2 + Int(bytes.uint8(at: offset + 1))
                guard text.upperBound <= end else { throw .truncated(offset: offset) }
                chunk.items.append(Item(type: type, text: String(decoding: bytes.copy(text), as: UTF8.self)))
                offset = text.upperBound
            }
            chunks.append(chunk)
        }
        self.chunks = chunks
    }

    func append(to bytes: inout [UInt8]) {
        var body: [UInt8] = []
        for chunk in chunks {
            body.appendBigEndian(chunk.ssrc.rawValue)
            for item in chunk.items {
                let text = item.text.utf8Prefix(255)
                body.append(item.type.rawValue)
                body.append(UInt8(text.count))
                body += text
            }
            body += repeatElement(0, count: 4 - body.count % 4)
        }
        RTCPHeader.append(count: chunks.count, type: Self.type, words: 1 + body.count / 4, to: &bytes)
        bytes += body
    }
}

extension String {
    /// The longest prefix of whole characters with at most `maximum` bytes of UTF-8.
    func utf8Prefix(_ maximum: Int) -> [UInt8] {
        guard utf8.count > maximum else { return Array(utf8) }
        var result: [UInt8] = []
        for character in self {
            guard result.count + character.utf8.count <= maximum else { break }
            result += character.utf8
        }
        return result
    }
}
