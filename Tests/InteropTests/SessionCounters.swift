/// What the server logged at a session's end: the line `session ended` at level info, with these keys as metadata.
struct SessionCounters: Sendable {
    let title: String
    let transport: String
    let reads: Int
    let packets: Int
    let bytes: Int
    let unsentPackets: Int
    let unsentBytes: Int
    /// The line itself, for a failure's message.
    let line: String

    /// nil if the line says something else. Values may hold spaces: each reaches to the next key, the last one to a space.
    init?(line: Substring) {
        guard line.contains("session ended") else { return nil }
        var values: [String: String] = [:]
        let keys = line.matches(of: /\ ([a-z-]+)=/)
        for (index, key) in keys.enumerated() {
            let isLast = index + 1 == keys.count
            let value = line[key.range.upperBound..<(isLast ? line.endIndex : keys[index + 1].range.lowerBound)]
            values[String(key.1)] = String(isLast ? value.prefix { $0 != " " } : value)
        }
        guard let title = values["title"], let transport = values["transport"],
            let reads = values["reads"].flatMap({ Int($0) }),
            let packets = values["packets"].flatMap({ Int($0) }), let bytes = values["bytes"].flatMap({ Int($0) }),
            let unsentPackets = values["unsent-packets-max"].flatMap({ Int($0) }),
            let unsentBytes = values["unsent-bytes-max"].flatMap({ Int($0) })
        else { return nil }
        self.title = title
        self.transport = transport.lowercased()
        self.reads = reads
        self.packets = packets
        self.bytes = bytes
        self.unsentPackets = unsentPackets
        self.unsentBytes = unsentBytes
        self.line = String(line)
    }

    /// The queue's law: unsent exceeds neither limit by more than one batch. nil if it held.
    ///
    /// - Parameter largestUnit: bytes of the title's largest access unit: a batch may be a single one.
    func violation(largestUnit: Int) -> String? {
        let lowBytes = 512 << 10
        let lowPackets = 512
        let batchBytes = 256 << 10
        // A batch spans at most a second: no title here has 200 units in one, and each unit fills all its packets but the last.
        let batchPackets = (batchBytes + largestUnit) / 1300 + 200
        if unsentBytes > lowBytes + batchBytes + largestUnit { return "unsent bytes reached \(unsentBytes)" }
        if unsentPackets > lowPackets + batchPackets { return "unsent packets reached \(unsentPackets)" }
        return nil
    }
}
