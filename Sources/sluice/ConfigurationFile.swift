import ArgumentParser
import Glibc
import Yams

/// A YAML file with the values of flags: a mapping of their names, and of channels.
/// ```yaml
/// port: 9554
/// udp: false
/// channels:
///   news: news.m3u
///   music: { playlist: songs, shuffle: true, join: next }
///   lobby: { playlist: loop.m3u, group: "239.1.2.3:5004", ttl: 4 }
/// ```
struct ConfigurationFile {
    /// By flag. A toggle's is `true` or `false`.
    private(set) var values: [String: String] = [:]
    /// By flag that may be repeated.
    private(set) var lists: [String: [String]] = [:]

    /// - Parameters:
    ///   - name: for messages.
    ///   - table: of the keys that may be there.
    /// - Throws: `ValidationError` that names the file, the line and the key.
    init(parsing text: String, name: String, _ table: FlagTable) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ValidationError("\(name): \(error)")
        }
        guard let root, root != Node("") else { return }
        guard case .mapping(let mapping) = root else { throw ValidationError("\(name): not a mapping of flags' names") }
        for (key, value) in mapping {
            do {
                try take(key.scalar?.string ?? "", value, table)
            } catch let error as ValidationError {
                throw ValidationError("\(name):\(key.mark?.line ?? 0): \(error.message)")
            }
        }
    }

    private mutating func take(_ key: String, _ value: Node, _ table: FlagTable) throws {
        if key == "channels" {
            lists["channel", default: []] += try Self.channels(value)
            return
        }
        switch table.kinds[key] {
        case nil: throw ValidationError("unknown key \(key)")
        case .list:
            guard case .sequence(let sequence) = value else { throw ValidationError("\(key) is a list") }
            lists[key, default: []] += try sequence.map { try Self.scalar($0, key) }
        case .value: values[key] = try Self.scalar(value, key)
        case .toggle: values[key] = try Self.scalar(value, key)
        }
    }

    private static func scalar(_ node: Node, _ key: String) throws -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            throw ValidationError("\(key) must have one value")
        }
        return scalar.string
    }

    /// As `--channel` would be told.
    private static func channels(_ node: Node) throws -> [String] {
        guard case .mapping(let mapping) = node else { throw ValidationError("channels is a mapping of names") }
        return try mapping.map { key, value in
            let name = key.scalar?.string ?? ""
            guard case .mapping(let options) = value else {
                return "\(name)=\(ChannelOption.escaped(try scalar(value, "channels.\(name)")))"
            }
            return try channel(name, options)
        }
    }

    private static func channel(_ name: String, _ options: Node.Mapping) throws -> String {
        var playlist: String?
        var words: [String] = []
        for (key, value) in options {
            let option = key.scalar?.string ?? ""
            let path = "channels.\(name).\(option)"
            switch option {
            case "playlist": playlist = try scalar(value, path)
            case "join", "group", "ttl", "source": words.append("\(option)=\(try scalar(value, path))")
            case "shuffle", "once", "stop-clock", "ssm":
                if try truth(try scalar(value, path), path) { words.append(option) }
            default: throw ValidationError("unknown key \(path)")
            }
        }
        guard let playlist else { throw ValidationError("channels.\(name) has no playlist") }
        return ([("\(name)=\(ChannelOption.escaped(playlist))")] + words).joined(separator: ",")
    }

    /// YAML 1.1's booleans in full, and digits.
    static func truth(_ text: String, _ key: String) throws -> Bool {
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw ValidationError("\(key) is true or false, not \(text)")
        }
    }

    /// All of a file.
    /// - Throws: `ValidationError` that names it, and why it cannot be read.
    static func text(of path: String) throws -> String {
        func failure() -> ValidationError {
            ValidationError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= maximumSize {
            let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw failure() }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += block[..<count]
        }
        throw ValidationError("\(path) has more than \(maximumSize) bytes")
    }

    private static let maximumSize = 1 << 20
}
