import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct FileExaminerTests {
    private static let directory = Fixture.directory.appendingPathComponent("examined")

    /// Puts a file into the directory, as much of it as is asked for, and looks at it.
    private static func examine(
        _ source: String, bytes: ((Int) -> Int)? = nil, seconds: Int64? = 60
    ) throws -> FileExamination {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let data = try Data(contentsOf: URL(fileURLWithPath: source))
        let file = "\(UUID().uuidString).bin"
        let url = directory.appendingPathComponent(file)
        try data.prefix(bytes?(data.count) ?? data.count).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let examiner = try FileExaminer(directory.path, readingTime: seconds.map { .seconds($0) })
        return examiner.examine(try #require(MediaPath(file.utf8)))
    }

    @Test(arguments: [Fixture.plain, .fastStart, .fragmented, .videoLate, .startsAtTen])
    func aGoodMovie(_ fixture: Fixture) throws {
        let examination = try Self.examine(fixture.path)
        let reading = try #require(examination.reading)
        #expect(examination.refusal == nil && examination.missingBytes == nil && examination.statedEnd == nil)
        #expect(reading.isWhole && !reading.splits && !reading.isTruncated && reading.skippedUnits == 0)
        #expect(reading.failure == nil)
        let description = try #require(examination.description)
        for (track, read) in zip(description.tracks, reading.tracks) {
            #expect(read.units > 0 && read.randomAccessPoints > 0)
            let end = try #require(track.end)
            #expect(abs((end - (read.end ?? .zero)).nanoseconds) < 100_000_000)
        }
    }

    @Test(arguments: [ContainerFixture.aviMPEG4, .matroska, .transportStream, .wav])
    func otherGoodFiles(_ fixture: ContainerFixture) throws {
        let examination = try Self.examine(fixture.path)
        let reading = try #require(examination.reading)
        #expect(examination.refusal == nil && examination.missingBytes == nil && examination.statedEnd == nil)
        #expect(reading.isWhole && !reading.splits && !reading.isTruncated && reading.skippedUnits == 0)
    }

    /// As programs leave the sizes of what they write to a pipe: SoX, others with a sign, FFmpeg; and one that a file cut off states.
    @Test(
        arguments: [
            (UInt32(0x7FFF_F000), nil), (0x7FFF_FFFF, nil), (0xFFFF_FFFF, nil), (0, nil), (0x7FFF_0000, true),
            (0x100_0000, true),
        ] as [(UInt32, Bool?)]) func `a size that was never filled in is no promise`(size: UInt32, isMissing: Bool?)
        throws
    {
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: ContainerFixture.wav.path)))
        let header = try #require(bytes.firstRange(of: Array("data".utf8))).upperBound
        func put(_ value: UInt32, at place: Int) {
            bytes.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: value.littleEndian) { Array($0) })
        }
        put(size == 0 || size == .max ? size : size + UInt32(header - 4), at: 4)
        put(size == 0 ? .max : size, at: header)
        let url = Fixture.directory.appendingPathComponent("streamed-\(size).wav")
        try Data(bytes).write(to: url)
        let examination = try Self.examine(url.path)
        #expect((examination.missingBytes != nil) == (isMissing ?? false))
        #expect(examination.refusal == nil)
        let duration = try #require(examination.description?.duration)
        #expect(abs((duration - .seconds(10)).nanoseconds) < 10_000_000)
        #expect(examination.reading?.isWhole == true && examination.reading?.isTruncated == false)
    }

    enum Cut: CaseIterable {
        case movie, avi, matroska, wav

        var path: String {
            get throws {
                switch self {
                case .movie: try Fixture.fastStart.path
                case .avi: try ContainerFixture.aviMPEG4.path
                case .matroska: try ContainerFixture.matroska.path
                case .wav: try ContainerFixture.wav.path
                }
            }
        }
    }

    /// Cut off in the middle of their media.
    @Test(arguments: Cut.allCases)
    func truncated(_ cut: Cut) throws {
        let path = try cut.path
        let missing = 100
        let examination = try Self.examine(path) { $0 - missing }
        #expect(examination.missingBytes.map { abs($0 - Int64(missing)) <= 16 } == true)
        let half = try Self.examine(path) { $0 / 2 }
        #expect(half.missingBytes != nil)
        let reading = try #require(half.reading)
        let whole = try #require(try Self.examine(path, seconds: nil).description?.duration)
        let end = try #require(reading.tracks.compactMap(\.end).max())
        #expect(reading.isWhole)
        #expect(end < whole - .seconds(2) && end > .seconds(2))
    }

    @Test func aMovieThatNamesWhatItHasNot() throws {
        let reading = try #require(try Self.examine(Fixture.fastStart.path) { $0 * 3 / 4 }.reading)
        #expect(reading.isTruncated)
    }

    /// The movie box would come last.
    @Test func aMovieWithoutItsEndIsNotOpened() throws {
        let examination = try Self.examine(Fixture.plain.path) { $0 / 2 }
        guard case .unreadable? = examination.refusal else {
            Issue.record("\(examination)")
            return
        }
        #expect(examination.missingBytes.map { $0 > 1_000 } == true)
        #expect(try Self.examine(Fixture.plain.path) { min($0, 20) }.missingBytes == nil)
    }

    /// FLV's metadata says how long it lasts.
    @Test func aHeaderThatPromisesMore() throws {
        let examination = try Self.examine(ContainerFixture.flv.path) { $0 / 2 }
        #expect(examination.missingBytes == nil)
        #expect(examination.statedEnd.map { abs($0.nanoseconds - 10_000_000_000) < 200_000_000 } == true)
        #expect(try Self.examine(ContainerFixture.flv.path).statedEnd == nil)
    }

    @Test func filesThatAreNotRead() throws {
        let examination = try Self.examine(Fixture.fastStart.path, bytes: { $0 / 2 }, seconds: nil)
        #expect(examination.reading == nil)
        #expect(examination.missingBytes != nil)
    }

    @Test func noMedia() throws {
        let examination = try Self.examine(#filePath)
        guard case .unsupported? = examination.refusal else {
            Issue.record("\(examination)")
            return
        }
        #expect(examination.description == nil && examination.reading == nil)
    }

    @Test func whatIsNotThere() throws {
        try FileManager.default.createDirectory(at: Self.directory, withIntermediateDirectories: true)
        let examiner = try FileExaminer(Self.directory.path, readingTime: nil)
        #expect(examiner.examine(try #require(MediaPath("gone.mp4".utf8))).refusal == .notFound)
    }

    /// Several Mbit/s: as much as fills a viewer's limits in less than the skew.
    private static let film = Result {
        let path = Fixture.directory.appendingPathComponent("examined-film.avi").path
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=14,noise=alls=60:allf=t", "-f",
                "lavfi", "-i", "sine=440:r=44100:d=14", "-c:v", "mpeg4", "-q:v", "3", "-c:a", "mp3", path,
            ])
        return path
    }

    /// Audio that lies 10 s behind its video in the file; an index lets libavformat jump, and there is no need to split.
    @Test(arguments: [false, true])
    func skew(_ hasIndex: Bool) throws {
        let source = try Self.film.get()
        let skewed = Fixture.directory.appendingPathComponent("examined-skewed-\(hasIndex).avi")
        try SkewedAVI(source, skew: 10).write(to: skewed, index: hasIndex)
        let reading = try #require(try Self.examine(skewed.path).reading)
        #expect(reading.isWhole)
        #expect(reading.splits == !hasIndex)
        let plain = try #require(try Self.examine(source).reading)
        #expect(plain.isWhole && !plain.splits)
        #expect(plain.tracks == reading.tracks)
    }

    @Test func oneKeyFrame() throws {
        let reading = try #require(try Self.examine(Fixture.oneKeyFrame.path).reading)
        #expect(reading.tracks[0].randomAccessPoints == 1)
        #expect(reading.tracks[0].units == 250)
    }
}
