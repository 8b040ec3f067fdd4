import Glibc

/// An open regular file; closed with its last user. Reads name their position, so any number of users share one
/// descriptor.
package final class OpenFile: Sendable {
    package let descriptor: Int32
    /// What follows the last point of the file's name, in lower case; empty if nothing does. Says what a file is where its content cannot.
    package let nameExtension: String

    /// Takes over `descriptor`, which must be open for reading and seekable.
    /// - Parameter name: of the file; of a path the last component counts.
    package init(taking descriptor: Int32, name: some Sequence<UInt8> = []) {
        self.descriptor = descriptor
        let last = name.reduce(into: [UInt8]()) { $1 == UInt8(ascii: "/") ? $0.removeAll() : $0.append($1) }
        let point = last.lastIndex(of: UInt8(ascii: "."))
        nameExtension = String(decoding: point.map { last[($0 + 1)...] } ?? [], as: UTF8.self).lowercased()
    }

    deinit { close(descriptor) }

    /// Bytes in the file now, or the errno of fstat(2), negated.
    package var size: Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return -Int64(errno) }
        return Int64(status.st_size)
    }

    /// Asks for `count` bytes at `offset` to be read from the device meanwhile, if they are not in memory.
    func prefetch(_ count: Int, at offset: Int64) {
        // Where the file system does not know the call, the read itself waits.
        _ = posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_WILLNEED)
    }

    /// Reads at most `buffer.count` bytes at `offset`. Zero at the end of the file; an errno, negated, on failure.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { return -Int(errno) }
        }
    }
}
