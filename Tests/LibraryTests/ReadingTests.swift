import Delivery
import Foundation
import LibAV
import MediaCore
import MediaFixtures
import NIOCore
import RTPPayload
import Synchronization
import Testing

@testable import Library

/// Reading from start to end: every unit, with its bytes and times.
@Suite struct ReadingTests {
    /// Everything that the demuxer has of the tracks offered arrives.
    static func expectWhole(_ title: FileTitle, prefix: Int = 0, bytes: Int = 262_144) throws {
        let stored = try storedUnits(of: title)
        let cursor = title.cursor(prefix: prefix)
        let reading = cursor.readAll(bytes: bytes, prefix: prefix)
        cursor.close()
        #expect(reading.failure == nil)
        #expect(reading.start == .zero)
        #expect(reading.units.map(\.unit.presentationTime).min() == .zero)
        for track in title.tracks {
            let source = title.description.sources[track.id]
            let expected = stored.filter { $0.stream == source.stream && !$0.bytes.isEmpty }
            let units = reading.units(of: track.id)
            // A sample of a phone's recording may hold many frames, of which each has a packet.
            let isCut = [.amr, .amrWB].contains(track.codec.codec) && units.count != expected.count
            if track.codec.isUncompressed || isCut {
                Self.expectCut(units.map(\.unit), expected, Int64(track.codec.sampleRate))
                continue
            }
            #expect(units.map(\.unit.presentationTime) == expected.map(\.presentation))
            let keys = expected.map { $0.isKey || track.codec.kind == .audio }
            if track.codec.codec == .h263 {
                // A movie without a table of sync samples calls every picture a key frame.
                #expect(units.first?.unit.isRandomAccessPoint == true)
                #expect(zip(units, keys).allSatisfy { $1 || !$0.unit.isRandomAccessPoint })
            } else {
                #expect(units.map(\.unit.isRandomAccessPoint) == keys)
            }
            let decode = units.map(\.unit.decodeTime)
            #expect(zip(decode, decode.dropFirst()).allSatisfy(<))
            if zip(expected, expected.dropFirst()).allSatisfy({ $0.decode < $1.decode }) {
                #expect(decode == expected.map(\.decode))
            }
            for (unit, stored) in zip(units, expected) { #expect(Self.carries(unit, stored, track.codec)) }
            #expect(reading.batches.flatMap(\.endedTracks).filter { $0 == track.id }.count == 1)
            // The claim is true.
            let ended = reading.batches.firstIndex { $0.endedTracks.contains(track.id) }!
            #expect(!reading.batches[(ended + 1)...].contains { $0.trains.contains { $0.unit.track == track.id } })
            if let end = track.end {
                #expect(
                    abs((end - (units.map { $0.unit.presentationTime + $0.unit.duration }.max() ?? .zero)).nanoseconds)
                        < 100_000_000)
            }
        }
    }

    /// Uncompressed audio comes in pieces of any size that follow each other and last as long as what is stored.
    private static func expectCut(_ units: [AccessUnit], _ stored: [StoredUnit], _ rate: Int64) {
        #expect(units.first?.presentationTime == stored.first?.presentation)
        for (unit, next) in zip(units, units.dropFirst()) {
            #expect(abs((unit.presentationTime + unit.duration - next.presentationTime).nanoseconds) <= 1)
        }
        guard let last = units.last, let lastStored = stored.last, let first = stored.first else { return }
        let (end, span) = (last.presentationTime + last.duration, lastStored.presentation - first.presentation)
        let before = stored.dropLast().reduce(0) { $0 + $1.bytes.count }
        guard before > 0 else { return }
        let all = MediaTime(nanoseconds: span.nanoseconds / Int64(before) * Int64(before + lastStored.bytes.count))
        #expect(abs((end - first.presentation - all).nanoseconds) < 1_000_000_000 / rate + 1_000_000)
    }

    /// The payloads hold the stored unit, and besides nothing but parameter sets.
    private static func carries(_ unit: ReceivedUnit, _ stored: StoredUnit, _ codec: CodecDescription) -> Bool {
        guard [.aac, .h264].contains(codec.codec) else { return !unit.payloads.isEmpty }
        if codec.codec == .aac { return Depacketizing.aac(unit.payloads) == stored.bytes }
        let sent = Depacketizing.nalUnits(unit.payloads)
        // Without a configuration record the units have start codes, which ContainerTests look into.
        guard codec.configuration.count > 4, codec.configuration[0] == 1 else { return !sent.isEmpty }
        let nalUnits = Depacketizing.nalUnits(stored.bytes, lengthSize: Int(codec.configuration[4] & 3) + 1)
        return sent == nalUnits
            || sent.filter { ![7, 8, 13].contains($0[0] & 0x1F) }
                == nalUnits.filter { ![7, 8, 13].contains($0[0] & 0x1F) }
    }

    @Test(arguments: Fixture.allCases)
    func `every unit arrives`(fixture: Fixture) throws {
        try Self.expectWhole(openTitle(fixture.path))
        try Self.expectWhole(openTitle(fixture.path), prefix: 4, bytes: 20_000)
    }

    @Test(arguments: Corpus.files)
    func `every unit of real files arrives`(path: String) throws {
        let title: FileTitle
        do {
            title = try openTitle(path)
        } catch {
            let isMovie = [".mp4", ".m4a", ".mov", ".MOV", ".3gp"].contains { path.hasSuffix($0) }
            #expect(!isMovie || path.hasSuffix("avi-divx-misnamed.mp4"), "\(path): \(error)")
            return
        }
        let offers = title.tracks.map(\.codec.codec)
        #expect(offers.isEmpty == (title.description.refusal != nil))
        guard !offers.isEmpty else { return }
        guard title.description.demuxer == .mp4 else { return try Self.expectOrder(title) }
        try Self.expectWhole(title)
    }

    /// Where a container stores less than every time: what all units have in common.
    private static func expectOrder(_ title: FileTitle) throws {
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        #expect(reading.start == .zero)
        #expect(reading.units.map(\.unit.presentationTime).min() == .zero)
        for track in title.tracks {
            let units = reading.units(of: track.id).map(\.unit)
            #expect(!units.isEmpty)
            #expect(zip(units, units.dropFirst()).allSatisfy { $0.decodeTime < $1.decodeTime })
            #expect(units.allSatisfy { $0.presentationTime >= $0.decodeTime })
            let end = units.map { $0.presentationTime + $0.duration }.max() ?? .zero
            if let told = track.end {
                #expect(abs((end - told).nanoseconds) < 100_000_000, "\(told), played to \(end)")
            }
        }
    }

    @Test func `a batch keeps its bounds`() throws {
        let title = try openTitle(Fixture.plain.path)
        let reading = title.cursor().readAll(bytes: 10_000, duration: .milliseconds(500))
        #expect(reading.batches.count > 20)
        for batch in reading.batches {
            #expect(batch.buffer.readableBytes <= 10_000 || batch.trains.count == 1)
            for track in 0..<2 {
                let times = batch.trains.filter { $0.unit.track == track }.map(\.unit.decodeTime)
                if let first = times.first, let last = times.last { #expect(last - first < .milliseconds(500)) }
            }
        }
        let long = title.cursor().readAll(bytes: 10_000_000, duration: .seconds(100))
        #expect(long.batches.count == 1 && long.batches[0].isEnd)
        #expect(long.units.map(\.unit) == reading.units.map(\.unit))
    }

    @Test func `a unit larger than a batch comes alone`() throws {
        let title = try openTitle(Fixture.intraOnly.path)
        let reading = title.cursor([0]).readAll(bytes: 100)
        #expect(reading.units.count == 250)
        #expect(reading.batches.allSatisfy { $0.trains.count <= 1 })
    }

    @Test func `a unit above the limit ends its track with a reason`() throws {
        var limits = LibraryLimits()
        limits.maximumUnitSize = 1_500
        let reading = try openTitle(Fixture.plain.path, limits: limits).cursor().readAll()
        #expect(reading.units(of: 0).isEmpty)
        #expect(reading.units(of: 1).count > 400)
        #expect(reading.batches[0].endedTracks == [0])
        #expect(reading.batches[0].skipReason?.contains("limit 1500") == true)
        #expect(reading.failure == nil)
    }

    @Test func `a track that ends early is reported at once`() throws {
        let title = try openTitle(Fixture.audioShort.path)
        let reading = title.cursor().readAll()
        let batch = try #require(reading.batches.firstIndex { $0.endedTracks == [1] })
        #expect(batch < reading.batches.count - 5)
    }

    @Test func `offsets between tracks are kept`() throws {
        let late = try openTitle(Fixture.videoLate.path).cursor().readAll()
        let first = late.units(of: 0).map(\.unit.presentationTime).min()!
        // The audio's priming of 1,024 samples comes before its time zero.
        #expect(abs(first.nanoseconds - 1_523_219_955) < 1_000_000)
        let ten = try openTitle(Fixture.startsAtTen.path)
        #expect(abs(ten.description.origin.nanoseconds - 9_976_780_046) < 1_000_000)
        #expect(abs(ten.duration!.nanoseconds - 10_023_219_955) < 30_000_000)
    }

    @Test(arguments: [0.3, 0.6, 0.9])
    func `of a truncated file what is there arrives`(share: Double) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Fixture.fastStart.path))
        let url = Fixture.directory.appendingPathComponent("truncated-\(share).mp4")
        try whole.prefix(Int(Double(whole.count) * share)).write(to: url)
        let all = try openTitle(Fixture.fastStart.path).cursor().readAll()
        let reading = try openTitle(url.path).cursor().readAll()
        #expect(reading.failure == nil)
        #expect(!reading.units.isEmpty && reading.units.count < all.units.count)
        for track in 0..<2 {
            #expect(all.units(of: track).map(\.payloads).starts(with: reading.units(of: track).map(\.payloads)))
        }
        #expect(reading.batches.contains { $0.skipReason != nil })
    }

    @Test func `the request's buffer is written in place`() throws {
        let submitted = Mutex<[@Sendable () -> Void]>([])
        let pool = IOPool(threads: 1, limit: 1) { work in submitted.withLock { $0.append(work) } }
        let cursor = try FileTitle.open(path: Fixture.plain.path, pool: pool).cursor()
        let slot = Slot<Batch>()
        func request() -> Int {
            let buffer = ByteBufferAllocator().buffer(capacity: 262_144)
            let address = buffer.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) }
            cursor.read(
                ReadRequest(buffer: buffer, seek: nil, end: nil, maximumBytes: 200_000, maximumDuration: .seconds(1)),
                completion: slot.fill)
            return address
        }
        let address = request()
        for work in submitted.withLock({ $0 }) { work() }
        let batch = try #require(slot.take())
        #expect(batch.buffer.readableBytes > 0)
        #expect(batch.buffer.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) } == address)
    }

    @Test func `after close nothing is read`() throws {
        let cursor = try openTitle(Fixture.plain.path).cursor()
        _ = cursor.readBatch()
        cursor.close()
        #expect(cursor.readBatch().failure == .cancelled)
        let unopened = try openTitle(Fixture.plain.path).cursor()
        unopened.close()
        #expect(unopened.readBatch().failure == .cancelled)
    }
}
