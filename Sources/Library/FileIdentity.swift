import Glibc
internal import MediaCore

/// What tells one version of a file from another: a file that is replaced or written to has a new identity.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    /// Bytes.
    let size: Int64
    /// Nanoseconds since 1970.
    let modified: Int64

    /// Of the open file behind `descriptor`.
    /// - Throws: `.notFound` if that is no regular file, `.unreadable`.
    init(descriptor: Int32) throws(MediaError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable("fstat: \(String(cString: strerror(errno)))") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notFound }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    /// A number for SDP's `o=` line: FNV-1a over all fields.
    var version: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for word in [device, inode, UInt64(bitPattern: size), UInt64(bitPattern: modified)] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                hash = (hash ^ (word >> shift & 0xFF)) &* 0x0000_0100_0000_01b3
            }
        }
        return hash
    }
}
