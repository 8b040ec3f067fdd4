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
        self.init(status)
    }

    /// Of whatever that is the status of.
    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    /// A number for SDP's `o=` line: a hash over all fields.
    var version: UInt64 {
        FNV1a.hash(
            [device, inode, UInt64(bitPattern: size), UInt64(bitPattern: modified)].lazy.flatMap { word in
                stride(from: UInt64(0), to: 64, by: 8).lazy.map { UInt8(truncatingIfNeeded: word >> $0) }
            })
    }
}

/// The FNV-1a hash of 64 bits: the same in every process.
enum FNV1a {
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
