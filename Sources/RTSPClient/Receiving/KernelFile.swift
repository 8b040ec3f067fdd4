import Glibc

/// Files that the kernel writes when they are read (proc(5)).
package enum KernelFile {
    /// The first 64 kB; nil if there is no such file.
    package static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            while count < buffer.count {
                let taken = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                guard taken > 0 else { break }
                count += taken
            }
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
