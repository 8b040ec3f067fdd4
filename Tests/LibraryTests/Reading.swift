import Delivery
import Foundation
import LibAV
import MediaCore
import MediaFixtures
import NIOCore
import RTPPayload
import Synchronization

@testable import Library

/// Runs everything at once, on the caller's thread; with more threads than tests, so that none runs another's work.
let inlinePool = IOPool(threads: 10_000, limit: 1_000) { $0() }

func openTitle(_ path: String, limits: LibraryLimits = LibraryLimits()) throws -> FileTitle {
    try FileTitle.open(path: path, pool: inlinePool, limits: limits)
}

/// Where a completion leaves its result.
final class Slot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    func fill(_ new: Value) { value.withLock { $0 = new } }
    func take() -> Value? {
        value.withLock { value in
            defer { value = nil }
            return value
        }
    }
}

extension CodecDescription {
    /// Cut into packets at any sample.
    var isUncompressed: Bool {
        switch codec {
        case .pcm, .pcmu, .pcma: true
        default: false
        }
    }
}

extension CodecDescription {
    /// Of frames so small that each has times of its own, however many a container puts in a unit.
    var isSpeech: Bool {
        switch codec {
        case .amr, .amrWB, .g722, .g726, .g7231, .g729, .gsm, .gsmMS, .ilbc, .qcelp, .evrc: true
        default: false
        }
    }
}

/// One access unit with the bytes that a receiver gets.
struct ReceivedUnit: Hashable {
    let unit: AccessUnit
    /// The payloads of its RTP packets.
    let payloads: [[UInt8]]
}

/// What a cursor brought.
struct Reading {
    var batches: [Batch] = []
    var units: [ReceivedUnit] = []

    var start: MediaTime? { batches.first?.start }
    var failure: MediaError? { batches.last?.failure }
    func units(of track: Int) -> [ReceivedUnit] { units.filter { $0.unit.track == track } }
}

extension FileTitle {
    func cursor(_ tracks: [Int]? = nil, prefix: Int = 0) -> any MediaCursor {
        makeCursor(
            CursorOptions(
                tracks: (tracks ?? Array(self.tracks.indices)).map {
                    CursorTrack(
                        track: $0, layout: PacketLayout(prefix: prefix, maximumPacketSize: 1_372),
                        payloadType: UInt8(96 + $0))
                }))
    }
}

extension MediaCursor {
    func readBatch(
        seek: MediaTime? = nil, end: MediaTime? = nil, bytes: Int = 262_144, duration: MediaTime = .seconds(1)
    ) -> Batch {
        let slot = Slot<Batch>()
        read(
            ReadRequest(buffer: ByteBuffer(), seek: seek, end: end, maximumBytes: bytes, maximumDuration: duration),
            completion: slot.fill)
        return slot.take()!
    }

    /// Reads to the end.
    func readAll(
        seek: MediaTime? = nil, end: MediaTime? = nil, bytes: Int = 262_144, duration: MediaTime = .seconds(1),
        prefix: Int = 0
    ) -> Reading {
        var reading = Reading()
        var seek = seek
        while reading.batches.count < 100_000 {
            let batch = readBatch(seek: seek, end: end, bytes: bytes, duration: duration)
            seek = nil
            reading.batches.append(batch)
            reading.units += batch.trains.map {
                ReceivedUnit(unit: $0.unit, payloads: batch.payloads(of: $0, prefix: prefix))
            }
            if batch.isEnd { break }
        }
        return reading
    }
}

extension Batch {
    func payloads(of train: PacketTrain, prefix: Int) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        for run in runs[Int(train.runs.lowerBound)..<Int(train.runs.upperBound)] {
            for index in 0..<Int(run.count) {
                let size = Int(index == Int(run.count) - 1 ? run.lastPacketSize : run.packetSize)
                let offset = Int(run.offset) + index * (prefix + Int(run.packetSize)) + prefix
                payloads.append(Array(buffer.getBytes(at: offset, length: size)!.dropFirst(12)))
            }
        }
        return payloads
    }
}

/// A unit as the demuxer has it, with the times that the title's timeline gives it.
struct StoredUnit {
    let stream: Int
    let presentation: MediaTime
    let decode: MediaTime
    let isKey: Bool
    let bytes: [UInt8]
}

/// All units of the title's tracks, read by nothing but the demuxer.
func storedUnits(of title: FileTitle) throws -> [StoredUnit] {
    let context = try InputContext(title.file, container: title.description.demuxer, interrupt: Interrupt())
    context.select(title.description.sources.map(\.stream))
    var packet = Packet()
    var units: [StoredUnit] = []
    while (try? context.read(into: &packet)) != nil {
        guard let source = title.description.sources.first(where: { $0.stream == packet.stream }) else { continue }
        units.append(
            StoredUnit(
                stream: packet.stream,
                presentation: source.time(packet.presentationTicks ?? packet.decodeTicks ?? 0)
                    - title.description.origin,
                decode: source.time(packet.decodeTicks ?? 0) - title.description.origin,
                isKey: packet.isKey, bytes: packet.withBytes { $0.withUnsafeBytes { Array($0) } }))
    }
    return units
}
