internal import LibAV

/// The blocks of one cluster of a Matroska file (RFC 9559 5.1.3). Demuxers seek to clusters, which hold seconds and
/// megabytes; a void element in the place of the first block, as long as all blocks up to another, takes them to that.
///
/// ```
///  +-------------+------+----+------+------+ - - +----+------+-------+----+------+-------+
///  | 1F 43 B6 75 | size | E7 | size | time | ... | A3 | size | block | A0 | size | group | ...
///  +-------------+------+----+------+------+ - - +----+------+-------+----+------+-------+
/// ```
/// Identifiers and sizes are numbers of one to eight bytes (RFC 8794 4): the zeros before the first one count the bytes
/// that follow the first.
struct MatroskaCluster {
    /// Bytes that a void element must save: more than what is read ahead, so that no reader finds it there later.
    private static let minimumSaving: Int64 = 131_072
    /// Elements, and clusters, that are passed before it is given up.
    private static let maximumElements = 4_096
    private static let maximumClusters = 64
    private static let cluster: UInt64 = 0x1F43_B675
    private static let timestamp: UInt64 = 0xE7
    private static let blocks: Set<UInt64> = [0xA3, 0xA0]
    /// Position, PrevSize, SilentTracks, CRC-32, Void.
    private static let others: Set<UInt64> = [0xA7, 0xAB, 0x5854, 0xBF, 0xEC]

    private let file: OpenFile
    /// Bytes from the start of the file to its own, and to the first block, behind the cluster's time.
    let position: Int64
    private let firstBlock: Int64
    /// Nil if the cluster does not say how long it is.
    let end: Int64?
    /// In ticks of the file.
    let time: Int64
    private let isInterrupted: () -> Bool

    /// Nil if there is no cluster at `position`, or if its time does not come before its blocks.
    init?(_ file: OpenFile, at position: Int64, isInterrupted: @escaping () -> Bool) {
        self.file = file
        self.isInterrupted = isInterrupted
        guard let head = Element(file, at: position), head.identifier == Self.cluster else { return nil }
        self.position = position
        end = head.end
        var next = head.content
        var time: Int64?
        for _ in 0..<Self.others.count + 2 {
            guard let element = Element(file, at: next), let end = element.end else { return nil }
            if Self.blocks.contains(element.identifier) {
                guard let time else { return nil }
                self.time = time
                firstBlock = next
                return
            }
            guard Self.others.contains(element.identifier) || element.identifier == Self.timestamp else { return nil }
            if element.identifier == Self.timestamp { time = Self.number(file, element.content..<end) }
            next = end
        }
        return nil
    }

    /// An unsigned number of at most eight bytes.
    private static func number(_ file: OpenFile, _ place: Range<Int64>) -> Int64? {
        var bytes = UInt64(0)
        let count = min(place.count, 8)
        let read = withUnsafeMutableBytes(of: &bytes) { file.read(into: $0, at: place.lowerBound) }
        guard count > 0, place.count <= 8, read >= count else { return nil }
        return Int64(exactly: UInt64(bigEndian: bytes) >> UInt64(64 - 8 * count))
    }

    /// The cluster that holds the byte at `position`, here or behind this one.
    func holding(_ position: Int64) -> MatroskaCluster? {
        var cluster = self
        for _ in 0..<Self.maximumClusters {
            guard let end = cluster.end, end <= position else { return cluster }
            guard let next = MatroskaCluster(file, at: end, isInterrupted: isInterrupted) else { return nil }
            cluster = next
        }
        return nil
    }

    /// Where the element begins that holds the byte at `position`: a block or a group with one.
    /// - Parameter known: where an element before it begins, if that is known.
    func block(holding position: Int64, behind known: Int64?) -> Int64? {
        var next = known.map { max($0, firstBlock) } ?? firstBlock
        for _ in 0..<Self.maximumElements {
            guard next < position, !isInterrupted(), let element = Element(file, at: next), let end = element.end else {
                return nil
            }
            let isBlock = Self.blocks.contains(element.identifier)
            guard isBlock || Self.others.contains(element.identifier) else { return nil }
            if position < end { return isBlock ? next : nil }
            next = end
        }
        return nil
    }

    /// What hides all blocks before the one at `block`; nil if that saves little.
    func hole(upTo block: Int64) -> FileOverlay.Patch? {
        let length = block - firstBlock
        guard length >= Self.minimumSaving else { return nil }
        // Void, and a size of eight bytes.
        let size = UInt64(length - 9) | 1 << 56
        return FileOverlay.Patch(
            [0xEC] + (0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * $0)) }, at: firstBlock)
    }

    /// The head of an element.
    private struct Element {
        let identifier: UInt64
        /// Where its content begins.
        let content: Int64
        /// Nil if it says that its size is unknown.
        let end: Int64?

        init?(_ file: OpenFile, at position: Int64) {
            var head = (UInt64(0), UInt64(0))
            let count = withUnsafeMutableBytes(of: &head) { file.read(into: $0, at: position) }
            guard position >= 0, count >= 2 else { return nil }
            // Zeros follow the end of the file: numbers do not begin with them.
            let bytes = UInt128(UInt64(bigEndian: head.0)) << 64 | UInt128(UInt64(bigEndian: head.1))
            let length = bytes.leadingZeroBitCount + 1
            guard length <= 4 else { return nil }
            identifier = UInt64(truncatingIfNeeded: bytes >> (128 - 8 * length))
            let rest = bytes << (8 * length)
            let sizeLength = rest.leadingZeroBitCount + 1
            guard sizeLength <= 8, length + sizeLength <= count else { return nil }
            let size =
                UInt64(truncatingIfNeeded: rest >> (128 - 8 * sizeLength)) & ((1 << (7 * UInt64(sizeLength))) - 1)
            content = position + Int64(length + sizeLength)
            let isUnknown = size == (1 << (7 * UInt64(sizeLength))) - 1
            let (end, overflow) = content.addingReportingOverflow(Int64(size))
            self.end = isUnknown || overflow ? nil : end
        }
    }
}
