import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import LibAV

@Suite struct InputContextTests {
    static func open(_ path: String) throws -> OpenFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        return OpenFile(taking: descriptor)
    }

    /// All packets of a file, as ffprobe would report them.
    static func packets(of path: String) throws -> [FFmpeg.ProbedPacket] {
        let context = try InputContext(try open(path), interrupt: Interrupt())
        context.select(0..<context.streamCount)
        var packet = Packet()
        var packets: [FFmpeg.ProbedPacket] = []
        while true {
            do { try context.read(into: &packet) } catch {
                #expect(error.isEndOfFile)
                return packets
            }
            let hash = packet.withBytes { bytes in bytes.withUnsafeBytes { FFmpeg.adler32($0) } }
            packets.append(
                FFmpeg.ProbedPacket(
                    stream: packet.stream, presentationTicks: packet.presentationTicks, decodeTicks: packet.decodeTicks,
                    size: packet.size,
                    isKey: packet.isKey, adler32: hash))
        }
    }

    @Test(arguments: Fixture.allCases)
    func `brings what ffprobe brings`(fixture: Fixture) throws {
        #expect(try Self.packets(of: fixture.path) == FFmpeg.packets(of: fixture.path))
    }

    @Test(arguments: Corpus.files)
    func `brings what ffprobe brings of real files`(path: String) throws {
        let context: Int
        do throws(MediaError) {
            context = try InputContext(try Self.opened(path), interrupt: Interrupt()).streamCount
        } catch {
            guard case .unsupported = error else { throw error }
            return
        }
        // What is encrypted is never read: its end is no end of file to the demuxer.
        let probed = try InputContext(Self.open(path), interrupt: Interrupt())
        guard [.mp4, .avi, .matroska].contains(probed.container),
            !(0..<context).contains(where: { probed.stream($0).isEncrypted })
        else { return }
        let expected = try FFmpeg.packets(of: path, isMovie: probed.container == .mp4)
        let packets = try Self.packets(of: path)
        for stream in 0..<context {
            let codec = probed.stream(stream).codec
            let (own, other) = (packets.filter { $0.stream == stream }, expected.filter { $0.stream == stream })
            if probed.container == .mp4 {
                // Only these are read without libavformat's parsers.
                guard [.h264, .aac].contains(codec.codec) else { continue }
                #expect(own == other)
            } else if codec.kind == .video {
                // Where the container has no times of every unit, ffprobe shows guesses.
                #expect(own.map(\.size) == other.map(\.size))
                #expect(own.map(\.adler32) == other.map(\.adler32))
            }
        }
    }

    private static func opened(_ path: String) throws(MediaError) -> OpenFile {
        do { return try open(path) } catch { throw .notFound }
    }

    @Test func `an interrupted context reads nothing`() throws {
        let interrupt = Interrupt()
        let context = try InputContext(try Self.open(Fixture.plain.path), interrupt: interrupt)
        context.select(0..<context.streamCount)
        interrupt.fire()
        var packet = Packet()
        #expect(throws: AVFailure.self) {
            // What is buffered may still come.
            for _ in 0..<10_000 { try context.read(into: &packet) }
        }
        #expect(throws: MediaError.cancelled) {
            _ = try InputContext(try Self.open(Fixture.plain.path), interrupt: interrupt).streamCount
        }
    }

    @Test func `streams that are not selected bring nothing`() throws {
        let context = try InputContext(try Self.open(Fixture.plain.path), interrupt: Interrupt())
        context.select([1])
        var packet = Packet()
        var count = 0
        while (try? context.read(into: &packet)) != nil {
            count += packet.stream == 1 ? 1 : -1_000
        }
        #expect(count > 400)
    }

    @Test func `describes streams as the container does`() throws {
        let context = try InputContext(try Self.open(Fixture.timeCode.path), interrupt: Interrupt())
        let streams = (0..<context.streamCount).map { context.stream($0) }
        #expect(streams.map(\.codec.kind) == [.video, .audio, .data])
        #expect(streams.map(\.isTimeCode) == [false, false, true])
        #expect(streams[0].codec.width == 160 && streams[0].codec.height == 120)
        #expect(streams[0].codec.configuration.first == 1)
        #expect(streams[1].codec.sampleRate == 44_100 && streams[1].codec.channels == 1)
        let cover = try InputContext(try Self.open(Fixture.coverArt.path), interrupt: Interrupt())
        #expect((0..<cover.streamCount).map { cover.stream($0).isAttachedPicture } == [false, true])
    }

    @Test(arguments: 0..<40)
    func `a truncated or damaged file never crashes`(seed: Int) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: Fixture.fastStart.path))
        var random = SeededGenerator(seed: UInt64(seed))
        if seed % 2 == 0 { bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)) }
        for _ in 0..<(seed / 2) * 8 where !bytes.isEmpty {
            bytes[Int.random(in: 0..<min(bytes.count, 20_000), using: &random)] = UInt8.random(
                in: 0...255, using: &random)
        }
        let url = Fixture.directory.appendingPathComponent("damaged-\(seed).mp4")
        try bytes.write(to: url)
        guard let context = try? InputContext(try Self.open(url.path), interrupt: Interrupt()) else { return }
        context.select(0..<context.streamCount)
        var packet = Packet()
        var failures = 0
        for _ in 0..<5_000 where failures < 50 {
            do { try context.read(into: &packet) } catch { failures += 1 }
        }
    }
}

/// SplitMix64: the same damage in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
