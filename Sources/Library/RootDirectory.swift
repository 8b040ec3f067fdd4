import CSocket
import Glibc
internal import LibAV
internal import MediaCore

/// The media root: the only way from a path to an open file. Nothing outside the root is ever opened, whatever the
/// path, the links in it, or a rename at the wrong moment.
final class RootDirectory: Sendable {
    private let descriptor: Int32
    let device: UInt64

    /// - Throws: `.notFound` if `path` is no directory, `.forbidden`, `.unreadable`.
    init(path: String) throws(MediaError) {
        descriptor = Glibc.open(path, sluice_o_path | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.mediaError(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.mediaError(code)
        }
        device = UInt64(status.st_dev)
    }

    deinit { close(descriptor) }

    /// Opens the regular file at `path`, through links only where they stay inside the root.
    /// - Throws: `.notFound` also for what lies outside or is no regular file, `.forbidden`, `.unreadable`.
    func open(_ path: MediaPath) throws(MediaError) -> (file: OpenFile, identity: FileIdentity) {
        try open(path, beneath: { openBeneath(descriptor, $0, followingLinks: $1) })
    }

    /// `open` with the system call as an argument, for tests of old kernels.
    func open(
        _ path: MediaPath, beneath: (_ path: [UInt8], _ followingLinks: Bool) -> OpenResult
    ) throws(MediaError) -> (file: OpenFile, identity: FileIdentity) {
        let opened = try descriptor(of: path.bytes, beneath: beneath)
        let file = OpenFile(taking: opened, name: path.bytes)
        return (file, try FileIdentity(descriptor: opened))
    }

    /// Opens whatever is at `path`, a folder too; `.` is the root itself. The caller closes it.
    /// - Throws: as `open`.
    func openAnything(_ path: [UInt8]) throws(MediaError) -> Int32 {
        try descriptor(of: path, beneath: { openBeneath(descriptor, $0, followingLinks: $1) })
    }

    private func descriptor(
        of path: [UInt8], beneath: (_ path: [UInt8], _ followingLinks: Bool) -> OpenResult
    ) throws(MediaError) -> Int32 {
        var result = beneath(path, true)
        if case .failure(EXDEV) = result, let target = realPath(of: path) { result = beneath(target, false) }
        if case .failure(ENOSYS) = result { result = openStepwise(path) }
        guard case .success(let opened) = result else {
            guard case .failure(let code) = result else { throw .notFound }
            throw Self.mediaError(code)
        }
        return opened
    }

    /// Opens the regular file that `path` names for this process, under no root.
    static func openAnywhere(_ path: String) throws(MediaError) -> (file: OpenFile, identity: FileIdentity) {
        let opened = Glibc.open(path, flags)
        guard opened >= 0 else { throw mediaError(errno) }
        let file = OpenFile(taking: opened, name: path.utf8)
        return (file, try FileIdentity(descriptor: opened))
    }

    /// A descriptor, or an errno. EXDEV: the path leaves the root; ENOSYS: the kernel cannot tell.
    enum OpenResult {
        case success(Int32)
        case failure(Int32)
    }

    /// O_NONBLOCK: opening a FIFO does not wait for its writer. It means nothing for regular files.
    private static let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY

    private func openBeneath(_ directory: Int32, _ path: [UInt8], followingLinks: Bool) -> OpenResult {
        let resolve =
            sluice_resolve_beneath | sluice_resolve_no_magiclinks | (followingLinks ? 0 : sluice_resolve_no_symlinks)
        for _ in 0..<8 {
            let opened = Self.withPath(path) { sluice_openat2(directory, $0, UInt64(Self.flags), resolve) }
            if opened >= 0 { return .success(opened) }
            switch errno {
            case EAGAIN, EINTR: continue  // a rename in the tree while the kernel walked it
            case EPERM: return .failure(ENOSYS)  // how seccomp filters refuse calls that they do not know
            default: return .failure(errno)
            }
        }
        return .failure(EAGAIN)
    }

    /// What openat2 does, one component at a time, for kernels without it. Links are resolved first, and then no link
    /// is followed.
    private func openStepwise(_ path: [UInt8]) -> OpenResult {
        guard let path = realPath(of: path) else { return .failure(ENOENT) }
        let components = path.split(separator: UInt8(ascii: "/"))
        guard let name = components.last else { return .failure(ENOENT) }
        var directory = descriptor
        defer { if directory != descriptor { close(directory) } }
        for component in components.dropLast() {
            let next = Self.withPath(Array(component)) {
                openat(directory, $0, sluice_o_path | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
            let code = errno
            if directory != descriptor { close(directory) }
            directory = descriptor
            guard next >= 0 else { return .failure(code) }
            directory = next
        }
        let opened = Self.withPath(Array(name)) { openat(directory, $0, Self.flags | O_NOFOLLOW) }
        return opened >= 0 ? .success(opened) : .failure(errno)
    }

    /// Where `path` leads once every link in it is followed, relative to the root; nil if that is outside the root or
    /// nothing.
    private func realPath(of path: [UInt8]) -> [UInt8]? {
        guard let root = Self.resolve(Array("/proc/self/fd/\(descriptor)".utf8)) else { return nil }
        let prefix = root == [UInt8(ascii: "/")] ? root : root + [UInt8(ascii: "/")]
        guard let target = Self.resolve(prefix + path), target.starts(with: prefix) else { return nil }
        return Array(target.dropFirst(prefix.count))
    }

    private static func resolve(_ path: [UInt8]) -> [UInt8]? {
        guard let resolved = withPath(path, { realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }

    /// `path` holds no zero byte.
    private static func withPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (path + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
        }
    }

    static func mediaError(_ code: Int32) -> MediaError {
        switch code {
        case ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, EISDIR, ENXIO: .notFound
        case EACCES, EPERM: .forbidden
        case EMFILE, ENFILE, ENOMEM: .overloaded(String(cString: strerror(code)))
        default: .unreadable(String(cString: strerror(code)))
        }
    }
}
