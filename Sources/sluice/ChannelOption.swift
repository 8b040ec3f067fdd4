import ArgumentParser
import Delivery
import MediaCore

/// `NAME=PLAYLIST[,OPTION...]`: a channel as `--channel` says it.
struct ChannelOption: Hashable, Sendable {
    /// What a viewer that joins sees first.
    enum Join: String, CaseIterable, Sendable {
        /// The last key frame and what has followed it, at once.
        case key
        /// The next key frame, when it comes.
        case next
    }

    /// One path segment, not percent-encoded.
    var name: String
    /// Below the media root; nil is the root itself.
    var playlist: MediaPath?
    var isShuffled = false
    var isOnce = false
    /// Nil: as `--join-burst` has it for all.
    var join: Join?
    var stopsClock = false
    /// Where it is sent for many at once.
    var group: MulticastGroup?

    /// - Throws: a `ValidationError` with a clause for a person. A comma in a path is written `\,`.
    init(parsing text: String) throws {
        guard let equals = text.firstIndex(of: "=") else { throw ValidationError("not NAME=PLAYLIST") }
        let parts = Self.parts(text[text.index(after: equals)...])
        try self.init(name: String(text[..<equals]), playlist: parts[0])
        // The group's own options follow it, wherever they stand.
        let options = parts.dropFirst()
        for part in options where part.hasPrefix("group=") {
            group = try MulticastGroup(option: String(part.dropFirst(6)))
        }
        for part in options where !part.hasPrefix("group=") { try apply(part) }
    }

    init(name: String, playlist: String) throws {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"),
            !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { throw ValidationError("a channel's name is one path segment, and not hidden") }
        self.name = name
        guard !playlist.isEmpty else { throw ValidationError("channel \(name) has no playlist") }
        if [".", "/", "./"].contains(playlist) { return }
        let below = playlist.hasPrefix("./") ? String(playlist.dropFirst(2)) : playlist
        guard let path = MediaPath(below.utf8) else {
            throw ValidationError("\(playlist) is no path below the media root, or hidden")
        }
        self.playlist = path
    }

    private mutating func apply(_ option: String) throws {
        switch option {
        case "shuffle": isShuffled = true
        case "once": isOnce = true
        case "stop-clock": stopsClock = true
        case _ where option.hasPrefix("join="):
            guard let join = Join(rawValue: String(option.dropFirst(5))) else {
                throw ValidationError("join is key or next")
            }
            self.join = join
        default:
            try applyToGroup(option)
        }
    }

    private mutating func applyToGroup(_ option: String) throws {
        guard option == "ssm" || option.hasPrefix("ttl=") || option.hasPrefix("source=") else {
            throw ValidationError(
                """
                \(option) is no option of a channel: shuffle, once, join=key, join=next, stop-clock, group=ADDRESS:PORT, ttl=N, \
                source=ADDRESS, ssm
                """)
        }
        guard group != nil else { throw ValidationError("\(option) needs a group=ADDRESS:PORT") }
        if option == "ssm" {
            group?.isSourceSpecific = true
        } else if option.hasPrefix("source=") {
            group?.source = String(option.dropFirst(7))
        } else {
            guard let ttl = UInt8(option.dropFirst(4)) else { throw ValidationError("ttl is from 0 to 255") }
            group?.ttl = ttl
        }
    }

    /// At commas without a backslash before them. At least one part.
    private static func parts(_ text: Substring) -> [String] {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                parts[parts.count - 1] += character == "," || character == "\\" ? "\(character)" : "\\\(character)"
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        if isEscaped { parts[parts.count - 1].append("\\") }
        return parts
    }

    /// A part of a path as `parts` reads it back.
    static func escaped(_ text: String) -> String {
        text.map { $0 == "," || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
    }
}

extension MulticastGroup {
    /// `239.1.2.3:5004`, `[ff15::7]:5004`: whether the address is one of a group is found out when it is used.
    fileprivate init(option text: String) throws {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw ValidationError("group is ADDRESS:PORT")
        }
        guard port > 0, port % 2 == 0 else { throw ValidationError("a group's port is even") }
        var address = text[..<colon]
        if address.hasPrefix("["), address.hasSuffix("]") { address = address.dropFirst().dropLast() }
        guard !address.isEmpty else { throw ValidationError("group is ADDRESS:PORT") }
        self.init(address: String(address), port: port)
    }
}
