extension RawSpan {
    func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// Offset of the byte after the next 00 00 01 at or behind `start`; nil if there is none, or nothing after it.
    func startCodeEnd(from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            var offset = start + 2
            while offset + 1 < bytes.count {
                let value = bytes[offset]
                if value > 1 {
                    offset += 3
                } else if value == 0 {
                    offset += 1
                } else if bytes[offset - 1] == 0, bytes[offset - 2] == 0 {
                    return offset + 1
                } else {
                    offset += 3
                }
            }
            return nil
        }
    }

    /// At most `limit` bytes from `start` on.
    func copy(from start: Int, limit: Int) -> [UInt8] {
        guard start < byteCount else { return [] }
        return extracting(start..<Swift.min(byteCount, start + limit)).withUnsafeBytes { Array($0) }
    }
}
