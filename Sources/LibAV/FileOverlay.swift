/// What a demuxer is shown in the place of some bytes of a file, and behind its end.
package struct FileOverlay: Hashable, Sendable {
    package struct Patch: Hashable, Sendable {
        let position: Int64
        let bytes: [UInt8]

        package init(_ bytes: [UInt8], at position: Int64) { (self.bytes, self.position) = (bytes, position) }

        /// Changes what was read at `offset`.
        func show(in read: UnsafeMutableRawBufferPointer, at offset: Int64) {
            for (index, byte) in bytes.enumerated() {
                let place = position + Int64(index) - offset
                if place >= 0, place < Int64(read.count) { read[Int(place)] = byte }
            }
        }
    }

    /// Few: each is looked at in every read.
    private let patches: [Patch]
    /// Bytes from the start of the file.
    private let tailPosition: Int64
    private let tail: [UInt8]

    /// - Parameter tail: begins at `position`, at the end of the file or behind it; zeros lie between.
    package init(patches: [Patch], tail: [UInt8], at position: Int64) {
        self.patches = patches
        self.tail = tail
        tailPosition = position
    }

    var size: Int64 { tailPosition + Int64(tail.count) }

    /// As `OpenFile.read`.
    func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        guard offset >= 0, offset < size, !buffer.isEmpty else { return 0 }
        if offset >= tailPosition {
            let part = tail[Int(offset - tailPosition)...].prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
        }
        let count = Int(min(Int64(buffer.count), tailPosition - offset))
        let front = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        var result = file.read(into: front, at: offset)
        if result == 0 {
            front.initializeMemory(as: UInt8.self, repeating: 0)
            result = count
        }
        guard result > 0 else { return result }
        let read = UnsafeMutableRawBufferPointer(rebasing: front[..<result])
        for patch in patches { patch.show(in: read, at: offset) }
        return result
    }
}
