import Glibc

/// The first files of a directory, for the lines that `serve` prints at its start.
///
/// Foundation could walk a directory too, but linked statically it brings tables of all the world's languages.
enum DirectoryListing {
    /// Entries looked at: a directory of a million files is not walked for a greeting.
    private static let maximumEntries = 1000

    /// - Returns: paths below `directory`, percent-encoded for a URL; not more than `limit`, in the order of their names.
    static func files(below directory: String, limit: Int) -> (files: [String], hasMore: Bool) {
        var found: [String] = []
        var folders: [[UInt8]] = [[]]
        var left = maximumEntries
        while left > 0, let folder = folders.popLast() {
            for entry in entries(of: Array(directory.utf8) + [slash] + folder, limit: left) {
                left -= 1
                if entry.isDirectory {
                    folders.append(folder + entry.name + [slash])
                } else {
                    found.append(percentEncoded(folder + entry.name))
                }
            }
        }
        return (Array(found.sorted().prefix(limit)), found.count > limit)
    }

    private static let slash = UInt8(ascii: "/")

    private struct Entry {
        /// As the file system has it; not always UTF-8.
        let name: [UInt8]
        let isDirectory: Bool
    }

    /// Regular files and directories, hidden ones excepted; none if `path` cannot be read.
    private static func entries(of path: [UInt8], limit: Int) -> [Entry] {
        guard let stream = opendir((path + [0]).map { CChar(bitPattern: $0) }) else { return [] }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while entries.count < limit, let record = readdir(stream) {
            let start = UnsafeRawPointer(record) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = start.assumingMemoryBound(to: CChar.self)
            var status = stat()
            guard name.pointee != CChar(bitPattern: UInt8(ascii: ".")),
                fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0
            else { continue }
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFDIR else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: start, count: strlen(name)))
            entries.append(Entry(name: bytes, isDirectory: kind == S_IFDIR))
        }
        return entries
    }

    /// RFC 3986 2.1: what a path may not hold as it is (3.3) becomes `%XX`.
    private static func percentEncoded(_ path: [UInt8]) -> String {
        let plain = Array("-._~!$&'()*+,;=:@/".utf8)
        var text = ""
        for byte in path {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where plain.contains(byte): text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
