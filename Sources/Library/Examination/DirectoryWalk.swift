import Glibc
package import MediaCore

/// All that lies below a directory, one thing at a time, as the server would find it: hidden names and what is neither file nor folder are
/// passed over, links are followed to files inside the directory.
///
/// Holds one open folder per level, whatever their sizes. A folder that a link leads to is not entered: inside the directory it is visited
/// where it lies.
package struct DirectoryWalk: ~Copyable {
    package enum Item: Hashable, Sendable {
        case file(MediaPath)
        /// A link that leads out of the directory, or to nothing: not served.
        case strayLink(MediaPath)
        /// A folder that cannot be read, with the reason.
        case closedFolder(MediaPath, String)
    }

    /// Levels of folders that are entered: each holds a descriptor.
    package static let maximumDepth = 128

    private let root: [UInt8]
    private var folders: [Folder]

    private struct Folder {
        let stream: OpaquePointer
        /// Below the root, with a slash at its end; empty for the root.
        let prefix: [UInt8]
    }

    /// - Throws: `.notFound` if `path` is no directory, `.forbidden`, `.unreadable`.
    package init(_ path: String) throws(MediaError) {
        (root, folders) = try Self.open(path)
    }

    private static func open(_ path: String) throws(MediaError) -> ([UInt8], [Folder]) {
        guard let resolved = realpath(path, nil) else { throw RootDirectory.mediaError(errno) }
        defer { free(resolved) }
        guard let stream = opendir(resolved) else { throw RootDirectory.mediaError(errno) }
        let root = Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        return (root, [Folder(stream: stream, prefix: [])])
    }

    deinit { for folder in folders { closedir(folder.stream) } }

    /// Nil at the end.
    package mutating func next() -> Item? {
        while let folder = folders.last {
            guard let record = readdir(folder.stream) else {
                closedir(folder.stream)
                folders.removeLast()
                continue
            }
            let start = UnsafeRawPointer(record) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = start.assumingMemoryBound(to: CChar.self)
            guard name.pointee != CChar(bitPattern: UInt8(ascii: ".")) else { continue }
            let bytes = folder.prefix + UnsafeRawBufferPointer(start: start, count: strlen(name))
            guard let path = MediaPath(bytes) else { continue }
            if let item = look(at: path, name, in: folder) { return item }
        }
        return nil
    }

    /// What is to be told of an entry; nil if nothing is: a folder is entered.
    private mutating func look(at path: MediaPath, _ name: UnsafePointer<CChar>, in folder: Folder) -> Item? {
        var status = stat()
        guard fstatat(dirfd(folder.stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file(path)
        case S_IFDIR: return enter(path, name, in: folder)
        case S_IFLNK:
            guard isInside(path), fstatat(dirfd(folder.stream), name, &status, 0) == 0 else { return .strayLink(path) }
            return status.st_mode & S_IFMT == S_IFREG ? .file(path) : nil
        default: return nil
        }
    }

    private mutating func enter(_ path: MediaPath, _ name: UnsafePointer<CChar>, in folder: Folder) -> Item? {
        guard folders.count < Self.maximumDepth else {
            return .closedFolder(path, "more than \(Self.maximumDepth) levels deep")
        }
        let descriptor = openat(dirfd(folder.stream), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0, let stream = fdopendir(descriptor) else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            return .closedFolder(path, reason)
        }
        folders.append(Folder(stream: stream, prefix: path.bytes + [UInt8(ascii: "/")]))
        return nil
    }

    /// Whether the links at `path` end at the root or below it.
    private func isInside(_ path: MediaPath) -> Bool {
        let slash = [UInt8(ascii: "/")]
        let whole = (root + slash + path.bytes + [0]).map { CChar(bitPattern: $0) }
        guard let resolved = realpath(whole, nil) else { return false }
        defer { free(resolved) }
        let target = UnsafeRawBufferPointer(start: resolved, count: strlen(resolved))
        return target.elementsEqual(root) || target.starts(with: root == slash ? slash : root + slash)
    }
}
