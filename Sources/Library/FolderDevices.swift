internal import MediaCore

/// Which device a folder's files lie on, as they were found: opening a file blocks as long as its device does, so whoever
/// asks for one waits with others who ask for the same device. Bounded.
struct FolderDevices {
    private let root: UInt64
    private let limit: Int
    /// Those that are not on the root's device.
    private var known: [ArraySlice<UInt8>: UInt64] = [:]

    init(root: UInt64, limit: Int) {
        self.root = root
        self.limit = limit
    }

    /// The root's if nothing is known.
    func device(of path: MediaPath) -> UInt64 { known.isEmpty ? root : known[Self.folder(of: path)] ?? root }

    mutating func note(_ device: UInt64, of path: MediaPath) {
        let folder = Self.folder(of: path)
        if device == root {
            known[folder] = nil
        } else {
            // To forget costs one wait among the others.
            if known.count >= limit, known[folder] == nil { known.removeAll() }
            known[folder] = device
        }
    }

    /// Empty for the root itself.
    private static func folder(of path: MediaPath) -> ArraySlice<UInt8> {
        path.bytes[..<(path.bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]
    }
}
