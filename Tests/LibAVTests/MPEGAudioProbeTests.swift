import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import LibAV

@Suite struct MPEGAudioProbeTests {
    /// 32 and 40 kbit/s by turns, 44.1 kHz: frames of 104 and 130 bytes.
    private static func frames(_ count: Int) -> Data {
        Data(
            (0..<count).flatMap { index -> [UInt8] in
                [0xFF, 0xFB, index % 2 == 0 ? 0x10 : 0x20, 0xC4]
                    + [UInt8](repeating: 0x55, count: index % 2 == 0 ? 100 : 126)
            })
    }

    private static func isMPEGAudio(_ data: Data, _ name: String = #function) throws -> Bool {
        let url = Fixture.directory.appendingPathComponent("probe-\(name.filter(\.isLetter)).mp3")
        try data.write(to: url)
        return MPEGAudioProbe(try InputContextTests.open(url.path)).isMPEGAudio
    }

    @Test func `frames that follow each other are`() throws {
        #expect(try Self.isMPEGAudio(Self.frames(8)))
        #expect(try Self.isMPEGAudio(Data([0xFF, 0xFB, 0x13]) + Self.frames(8)))
        #expect(try Self.isMPEGAudio(Data(count: 200_000) + Self.frames(8)))
        let tag = Data("ID3".utf8) + [4, 0, 0, 0, 0, 1, 2] + Data(repeating: 0x41, count: 130)
        #expect(try Self.isMPEGAudio(tag + Self.frames(8)))
    }

    @Test func `too few are not, nor are others between them`() throws {
        #expect(try !Self.isMPEGAudio(Self.frames(7)))
        var broken = Self.frames(15)
        broken[104 * 4 + 130 * 3 + 1] = 0xFA
        #expect(try Self.isMPEGAudio(broken))
        // The eighth is of another layer, the seven before and after it are too few.
        broken[104 * 4 + 130 * 3 + 1] = 0xFD
        #expect(try !Self.isMPEGAudio(broken))
    }

    @Test(arguments: 0..<20)
    func `noise, text and nothing are not`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        // Rich in what looks like the first byte of a header.
        let noise = (0..<100_000).map { _ in
            Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...255, using: &random)
        }
        #expect(try !Self.isMPEGAudio(Data(noise), "noise"))
        #expect(try !Self.isMPEGAudio(Data(repeating: 0xFF, count: 70_000), "ones"))
        #expect(try !Self.isMPEGAudio(Data(String(repeating: "ÿû This is no music. ", count: 900).utf8), "text"))
        #expect(try !Self.isMPEGAudio(Data(), "empty"))
        #expect(try !Self.isMPEGAudio(Data(count: 3_000_000), "zeros"))
    }

    @Test func `a file of bare frames is opened`() throws {
        let mp3 = try Data(contentsOf: URL(fileURLWithPath: ContainerFixture.mp3.path))
        // Without its tag and the frame that describes the file, from the middle of a frame on.
        let url = Fixture.directory.appendingPathComponent("bare.mp3")
        try (Data(count: 211) + mp3[(mp3.startIndex + 20_000)...].prefix(9_000)).write(to: url)
        #expect(try InputContext(InputContextTests.open(url.path), interrupt: Interrupt()).container == .mpegAudio)
    }
}
