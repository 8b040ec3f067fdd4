import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import LibAV

@Suite struct ContainerTests {
    @Test(arguments: [
        ("tty", "plain text posing as video (tty)"), ("lrc", "subtitles without media (lrc)"),
        ("hls", "a list of other files or hosts (hls)"), ("png_pipe", "an image (png_pipe)"),
        ("flac", "container flac is not served"),
    ])
    func `says why a demuxer is not opened`(demuxer: String, reason: String) {
        #expect(Container.refusal(of: demuxer, score: 100) == reason)
    }

    @Test(arguments: [
        ("playlist.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n"),
        ("list.mp4", "ffconcat version 1.0\nfile /etc/passwd\n"),
        (
            "session.mp4",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
        ),
        ("notes.mp4", String(repeating: "This is no film.\n", count: 400)), ("empty.mp4", ""),
    ])
    func `text is refused whatever its name`(name: String, content: String) throws {
        let url = Fixture.directory.appendingPathComponent(name)
        try content.write(to: url, atomically: true, encoding: .utf8)
        let file = try InputContextTests.open(url.path)
        #expect {
            _ = try InputContext(file, interrupt: Interrupt()).streamCount
        } throws: {
            if case .unsupported? = $0 as? MediaError { true } else { false }
        }
    }

    @Test func `the name says nothing`() throws {
        let url = Fixture.directory.appendingPathComponent("concat:a|b.txt")
        try? FileManager.default.removeItem(at: url)
        try FileManager.default.copyItem(atPath: Fixture.plain.path, toPath: url.path)
        #expect(try InputContext(InputContextTests.open(url.path), interrupt: Interrupt()).container == .mp4)
    }
}
