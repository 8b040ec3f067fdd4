import Foundation
import LibAV
import MediaFixtures
import Testing

@testable import Library

@Suite struct MatroskaClusterTests {
    private static let time: [UInt8] = [0xE7, 0x81, 5]
    private static let checksum: [UInt8] = [0xBF, 0x84, 1, 2, 3, 4]

    /// A block (A3) or group (A0) whose size is written with as many bytes as asked for.
    private static func block(_ count: Int, isGroup: Bool = false, sizeLength: Int = 4) -> [UInt8] {
        [isGroup ? 0xA0 : 0xA3] + size(count, sizeLength) + [UInt8](repeating: 0xA3, count: count)
    }

    private static func size(_ value: Int, _ length: Int) -> [UInt8] {
        let coded = UInt64(value) | 1 << (7 * UInt64(length))
        return (0..<length).map { UInt8(truncatingIfNeeded: coded >> UInt64(8 * (length - 1 - $0))) }
    }

    /// Two bytes of something else, and a cluster.
    private static func file(_ content: [UInt8], size: [UInt8]? = nil) throws -> OpenFile {
        let url = Fixture.directory.appendingPathComponent("cluster-\(UUID().uuidString)")
        let head: [UInt8] = [0, 0, 0x1F, 0x43, 0xB6, 0x75]
        try Data(head + (size ?? Self.size(content.count, 8)) + content).write(to: url)
        return OpenFile(taking: open(url.path, O_RDONLY))
    }

    private static func cluster(_ file: OpenFile) -> MatroskaCluster? {
        MatroskaCluster(file, at: 2) { false }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 8])
    func `the block that holds a byte is found`(sizeLength: Int) throws {
        let content =
            Self.checksum + Self.time + Self.block(100, sizeLength: sizeLength) + Self.block(50, isGroup: true)
            + Self.block(60)
        let cluster = try #require(Self.cluster(Self.file(content)))
        // The cluster's content begins at 14, the first block at 23.
        let second = Int64(23 + 1 + sizeLength + 100)
        let third = second + 5 + 50
        #expect(cluster.block(holding: second + 7, behind: nil) == second)
        #expect(cluster.block(holding: third - 1, behind: second) == second)
        #expect(cluster.block(holding: third + 6, behind: second) == third)
        #expect(cluster.block(holding: third + 6, behind: third) == third)
        #expect(cluster.block(holding: 30, behind: nil) == 23)
        // Behind the end.
        #expect(cluster.block(holding: third + 65, behind: nil) == nil)
        #expect(cluster.hole(upTo: third) == nil)
    }

    @Test func `a hole reaches from the first block to the one asked for`() throws {
        let blocks = (0..<40).map { _ in Self.block(9_995) }
        let cluster = try #require(
            Self.cluster(Self.file(Self.time + blocks.joined(), size: [0x01] + [UInt8](repeating: 0xFF, count: 7))))
        let block = try #require(cluster.block(holding: 17 + 200_500, behind: nil))
        #expect(block == 17 + 200_000)
        let patch = FileOverlay.Patch([0xEC, 0x01, 0, 0, 0, 0, 3, 0x0D, 0x37], at: 17)
        #expect(cluster.hole(upTo: block) == patch)
        #expect(200_000 - 9 == 0x30D37)
    }

    @Test func `what is no cluster with its time first is left alone`() throws {
        #expect(try Self.cluster(Self.file(Self.block(10) + Self.time)) == nil)
        #expect(try Self.cluster(Self.file(Self.time)) == nil)
        #expect(try Self.cluster(Self.file([])) == nil)
        #expect(try MatroskaCluster(Self.file(Self.time + Self.block(10)), at: 1) { false } == nil)
        #expect(try MatroskaCluster(Self.file(Self.time + Self.block(10)), at: -5) { false } == nil)
        // An element that is not known, and one of unknown size, between the blocks.
        for odd: [UInt8] in [[0x42, 0x86, 0x81, 1], [0xA3, 0xFF, 1], [0, 0, 0, 0, 0]] {
            let cluster = try #require(Self.cluster(Self.file(Self.time + Self.block(10) + odd + Self.block(10))))
            #expect(cluster.block(holding: 17 + 15 + Int64(odd.count) + 7, behind: nil) == nil)
        }
    }

    @Test func `every cut leaves an answer`() throws {
        let content = Self.checksum + Self.time + Self.block(20) + Self.block(20, isGroup: true)
        for count in 0...content.count {
            let cluster = try Self.cluster(Self.file(Array(content.prefix(count)), size: Self.size(content.count, 2)))
            _ = cluster?.block(holding: 60, behind: nil)
        }
        let interrupted = try MatroskaCluster(Self.file(content), at: 2) { true }
        #expect(interrupted?.block(holding: 30, behind: nil) == nil)
    }
}
