import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct OggChainTests {
    /// A page with one packet, RFC 3533 6.
    private static func page(_ serial: UInt8, flags: UInt8 = 0, content: [UInt8] = [1, 2, 3]) -> [UInt8] {
        let sizes = [UInt8](repeating: 255, count: content.count / 255) + [UInt8(content.count % 255)]
        let position = [UInt8](repeating: 0, count: 8)
        return Array("OggS".utf8) + [0, flags] + position + [serial, 0, 0, 0] + position + [UInt8(sizes.count)] + sizes
            + content
    }

    private static func isChained(_ bytes: [UInt8]) throws -> Bool {
        let path = FileManager.default.temporaryDirectory.appending(path: "chain-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return OggChain.isChained(OpenFile(taking: open(path, O_RDONLY)))
    }

    @Test func serials() throws {
        let (first, second) = (Self.page(1, flags: 2), Self.page(2, flags: 2))
        #expect(try !Self.isChained(first))
        #expect(try !Self.isChained(first + second + Self.page(1) + Self.page(2, flags: 4)))
        #expect(try Self.isChained(first + Self.page(1, flags: 4) + second + Self.page(2, flags: 4)))
        // A capture pattern inside a packet, and pages of the largest size.
        let pattern = Self.page(1, content: [UInt8](repeating: 7, count: 300) + Array("OggS".utf8) + [0, 0] + [9, 9])
        #expect(try !Self.isChained(first + pattern))
        let large = [UInt8](repeating: 0, count: 255 * 254)
        #expect(try Self.isChained(first + Self.page(1) + second + Self.page(2, content: large)))
        #expect(try !Self.isChained(first + Self.page(1, content: large) + Self.page(1, content: large)))
        // No pages at all.
        #expect(try !Self.isChained([]))
        #expect(try !Self.isChained([UInt8](repeating: 0x4F, count: 100_000)))
    }
}
