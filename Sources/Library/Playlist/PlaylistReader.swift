internal import Delivery
import Glibc
internal import LibAV
internal import MediaCore
import Synchronization

/// Reads what a playlist holds: a file of paths, or a folder of files.
extension MediaDirectory {
    /// A playlist as it stands, and what was wrong with it.
    struct ReadPlaylist: Sendable {
        var list: PlaylistList
        /// For logs, a clause for each.
        var complaints: [String] = []
    }

    /// Looks at the playlist on the I/O pool, and reads it if it is of another version.
    /// - Parameters:
    ///   - path: below the root; nil is the root itself.
    ///   - completion: called once, on any thread; with nil if it is of the version `known`.
    func readPlaylist(
        _ path: MediaPath?, unless known: UInt64?,
        completion: @escaping @Sendable (Result<ReadPlaylist?, MediaError>) -> Void
    ) {
        let device = path.map { path in devices.withLock { $0.device(of: path) } } ?? root.device
        pool.enqueue(device: device) { [self] in
            completion(Result { () throws(MediaError) -> ReadPlaylist? in try readPlaylist(path, unless: known) })
        }
    }

    private func readPlaylist(_ path: MediaPath?, unless known: UInt64?) throws(MediaError) -> ReadPlaylist? {
        let descriptor = try root.openAnything(path?.bytes ?? [UInt8(ascii: ".")])
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw .unreadable("fstat: \(String(cString: strerror(errno)))")
        }
        let version = FileIdentity(status).version
        let kind = status.st_mode & S_IFMT
        guard version != known, kind == S_IFREG || kind == S_IFDIR else {
            close(descriptor)
            if version == known { return nil }
            throw .notFound
        }
        if kind == S_IFDIR { return try folder(descriptor, path, version) }
        defer { close(descriptor) }
        return try file(descriptor, path, version)
    }

    /// Closes `descriptor`.
    private func folder(_ descriptor: Int32, _ path: MediaPath?, _ version: UInt64) throws(MediaError) -> ReadPlaylist {
        guard let stream = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw RootDirectory.mediaError(code)
        }
        defer { closedir(stream) }
        let prefix = path.map { $0.bytes + [UInt8(ascii: "/")] } ?? []
        var names: [[UInt8]] = []
        var isCut = false
        while let record = readdir(stream) {
            let start = UnsafeRawPointer(record) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = start.assumingMemoryBound(to: CChar.self)
            let bytes = Array(UnsafeRawBufferPointer(start: start, count: strlen(name)))
            guard bytes.first != UInt8(ascii: "."), !PlaylistFile.isPlaylist(bytes), isFile(name, descriptor) else {
                continue
            }
            isCut = names.count >= limits.maximumPlaylistEntries
            if isCut { break }
            names.append(bytes)
        }
        let entries = names.sorted(by: NaturalOrder.precedes).compactMap { MediaPath(prefix + $0) }
        let complaints = isCut ? ["more than \(limits.maximumPlaylistEntries) files"] : []
        return ReadPlaylist(list: PlaylistList(entries: entries, version: version), complaints: complaints)
    }

    /// A link may lead to a file; whether that is inside the root is seen when it is opened.
    private func isFile(_ name: UnsafePointer<CChar>, _ folder: Int32) -> Bool {
        var status = stat()
        return fstatat(folder, name, &status, 0) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private func file(_ descriptor: Int32, _ path: MediaPath?, _ version: UInt64) throws(MediaError) -> ReadPlaylist {
        let bytes = try contents(of: descriptor)
        let whole = path?.bytes ?? []
        let folder = Array(whole[..<(whole.lastIndex(of: UInt8(ascii: "/")) ?? 0)])
        let file = PlaylistFile(parsing: bytes, folder: folder, limit: limits.maximumPlaylistEntries)
        var complaints = file.refusals.map { "line \($0.line) left out: \($0.reason)" }
        if file.isCut { complaints.append("more than \(limits.maximumPlaylistEntries) entries") }
        let entries = file.entries.map { entry in
            guard let decoded = entry.decoded, !isThere(entry.path) else { return entry.path }
            return decoded
        }
        return ReadPlaylist(list: PlaylistList(entries: entries, version: version), complaints: complaints)
    }

    private func isThere(_ path: MediaPath) -> Bool {
        guard let descriptor = try? root.openAnything(path.bytes) else { return false }
        close(descriptor)
        return true
    }

    private func contents(of descriptor: Int32) throws(MediaError) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable("read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes }
            bytes += block[..<count]
            guard bytes.count <= limits.maximumPlaylistSize else {
                throw .unsupported("a playlist of more than \(limits.maximumPlaylistSize) bytes")
            }
        }
    }
}
