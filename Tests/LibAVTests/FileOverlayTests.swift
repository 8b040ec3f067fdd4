import Foundation
import MediaFixtures
import Testing

@testable import LibAV

@Suite struct FileOverlayTests {
    @Test(arguments: [1, 2, 3, 7, 100])
    func `every read shows the patches and the tail`(count: Int) throws {
        let url = Fixture.directory.appendingPathComponent("overlay-\(count).bin")
        try Data((0..<21).map { UInt8($0) }).write(to: url)
        let file = try InputContextTests.open(url.path)
        let overlay = FileOverlay(
            patches: [.init([100, 101, 102], at: 0), .init([110], at: 9), .init([120, 121], at: 20)],
            tail: [200, 201, 202], at: 23)
        // The file ends at 21: the second byte of the last patch lies behind it, where zeros are until the tail.
        var expected = (0..<21).map { UInt8($0) } + [121, 0, 200, 201, 202]
        expected.replaceSubrange(0..<3, with: [100, 101, 102])
        (expected[9], expected[20]) = (110, 120)
        #expect(overlay.size == 26)
        for start in 0...26 {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0xEE, count: count)
            while true {
                let read = buffer.withUnsafeMutableBytes {
                    overlay.read(file, into: $0, at: Int64(start + bytes.count))
                }
                guard read > 0 else { break }
                #expect(read <= count)
                bytes += buffer.prefix(read)
            }
            #expect(bytes == Array(expected[start...]))
        }
    }
}
