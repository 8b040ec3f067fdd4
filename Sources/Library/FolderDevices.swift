internal import MediaCore

/// Which device a folder's files lie on, as they were found: opening a file blocks as long as its device does, so whoever
/// asks for one waits with others who ask for the same device. Who asks for the first file of a folder waits with others
/// who do so below the same folder of the root: a mount that hangs holds up no device that is known, and of the folders
/// that were never looked into those below its own folder of the root, and below one in four others. Bounded.
struct FolderDevices {
    private let limit: Int
    private var known: [ArraySlice<UInt8>: UInt64]

    /// - Parameter root: the device of the folder that all others lie in.
    init(root: UInt64, limit: Int) {
        self.limit = limit
        known = [[]: root]
    }

    /// `IOPool.undeterminedDevice` if nothing is known.
    func device(of path: MediaPath) -> UInt64 {
        known[Self.folder(of: path)] ?? IOPool.undeterminedDevice(path.bytes.prefix { $0 != UInt8(ascii: "/") })
    }

    mutating func note(_ device: UInt64, of path: MediaPath) {
        let folder = Self.folder(of: path)
        guard known[folder] != device else { return }
        // To forget costs one wait among the others.
        if known.count > limit, known[folder] == nil {
            let root = known[[]]
            known.removeAll()
            known[[]] = root
        }
        known[folder] = device
    }

    /// Empty for the root itself.
    private static func folder(of path: MediaPath) -> ArraySlice<UInt8> {
        path.bytes[..<(path.bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]
    }
}
