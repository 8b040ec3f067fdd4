internal import MediaCore

/// Which packets of a transport stream tell the time and where decoding can begin: those of its first programme, ISO/IEC 13818-1 2.4.4.
struct TransportProgram: Hashable, Sendable {
    /// PID of the packets with the programme's clock.
    let clock: Int
    /// PID of its first video stream; nil if it has none.
    let video: Int?
    /// Bytes looked at.
    private static let searched: Int64 = 8 << 20

    /// The first packet with a clock counts where tables are missing, or name a PID without one.
    /// - Returns: nil if there is no clock.
    /// - Throws: `.unreadable`.
    init?(_ file: TransportFile) throws(MediaError) {
        var search = Search()
        var scratch: [UInt8] = []
        var position = file.start
        while !search.isDone, position < file.start + Self.searched,
            try file.readBlock(
                at: &position, scratch: &scratch,
                { bytes, offset, _ in
                    search.take(bytes, offset)
                    return !search.isDone
                })
        {}
        guard let clock = search.clock else { return nil }
        self.clock = clock
        video = search.video
    }

    private struct Search {
        private var map: Int?
        private var named: Int?
        private(set) var video: Int?
        private var clocks: [Int] = []
        private static let maximumClocks = 64

        /// The programme's clock has been met.
        var isDone: Bool { named.map { clocks.contains($0) } ?? false }
        var clock: Int? { isDone ? named : clocks.first }

        mutating func take(_ bytes: RawSpan, _ offset: Int) {
            guard let packet = TransportPacket(bytes, at: offset) else { return }
            let pid = packet.identifier
            if packet.clock != nil, !clocks.contains(pid), clocks.count < Self.maximumClocks { clocks.append(pid) }
            guard packet.beginsUnit else { return }
            let section = Self.section(bytes.extracting(offset + packet.payload..<offset + TransportPacket.size))
            if pid == 0, map == nil, let section { takeAssociations(section) }
            if pid == map, named == nil, let section { takeMap(section) }
        }

        /// What follows pointer_field; as far as the packet has it.
        private static func section(_ payload: RawSpan) -> [UInt8]? {
            guard payload.byteCount > 1 else { return nil }
            let bytes = payload.withUnsafeBytes { Array($0) }
            let start = 1 + Int(bytes[0])
            guard start + 12 <= bytes.count else { return nil }
            let length = Int(bytes[start + 1] & 15) << 8 | Int(bytes[start + 2])
            return Array(bytes[start...].prefix(3 + length))
        }

        /// program_association_section, table 2-30: behind 8 bytes, number 16 | reserved 3 | PID 13; number 0 is no programme.
        private mutating func takeAssociations(_ section: [UInt8]) {
            guard section.first == 0 else { return }
            for entry in stride(from: 8, to: section.count - 7, by: 4) where section[entry] | section[entry + 1] != 0 {
                map = Int(section[entry + 2] & 0x1F) << 8 | Int(section[entry + 3])
                return
            }
        }

        /// TS_program_map_section, table 2-33: at 8 PCR_PID, at 10 the length of descriptors; then type 8 | PID 13 | length 12.
        private mutating func takeMap(_ section: [UInt8]) {
            guard section.count >= 12, section[0] == 2 else { return }
            named = Int(section[8] & 0x1F) << 8 | Int(section[9])
            var entry = 12 + (Int(section[10] & 15) << 8 | Int(section[11]))
            while entry + 5 <= section.count {
                if Self.videoTypes.contains(section[entry]) {
                    video = Int(section[entry + 1] & 0x1F) << 8 | Int(section[entry + 2])
                    return
                }
                entry += 5 + (Int(section[entry + 3] & 15) << 8 | Int(section[entry + 4]))
            }
        }

        /// Table 2-34: MPEG-1, MPEG-2, MPEG-4 Part 2, H.264, H.265, H.266; and Blu-ray's VC-1.
        private static let videoTypes: Set<UInt8> = [0x01, 0x02, 0x10, 0x1B, 0x24, 0x33, 0xEA]
    }
}
