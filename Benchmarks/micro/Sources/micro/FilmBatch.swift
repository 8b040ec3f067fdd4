import Delivery
import MediaCore
import NIOCore
import RTPPayload

/// A batch as one read of a film brings it: 240 ms of H.264 at 25 frames a second and 8 Mbit/s, each frame of five slices, and AAC at 48 kHz.
struct FilmBatch {
    static let duration = MediaTime.milliseconds(240)
    static let tracks = [0, 1]
    /// Ticks of the two RTP clocks.
    static let clockRates = [ClockRate.video, ClockRate(hertz: 48_000)!]

    /// As the packetizers wrote it; the first unit's decode time is 0.
    let batch: Batch
    let packets: Int
    let bytes: Int

    var units: Int { batch.trains.count }

    init(prefix: Int = 0) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: 1372)
        var packetizers = try [PacketizerBenchmarks.h264, PacketizerBenchmarks.aac].map { codec in
            try PayloadFormat.make(for: codec).makePacketizer(layout: layout, payloadType: 96)
        }
        let contents = [PacketizerBenchmarks.h264Slices, AudioUnits.noise(370)]
        var batch = Batch(buffer: ByteBufferAllocator().buffer(capacity: 256 * 1024))
        for unit in Self.units {
            try Self.append(unit, contents[unit.track], &packetizers[unit.track], to: &batch)
        }
        self.batch = batch
        packets = batch.trains.reduce(0) { $0 + Int($1.packets) }
        bytes = batch.trains.reduce(0) { $0 + Int($1.bytes) }
    }

    /// In the order of their decode times.
    private static var units: [AccessUnit] {
        let video = (0..<6).map { (track: 0, time: MediaTime.milliseconds(Int64(40 * $0)), span: 40_000_000) }
        let audio = (0..<11).map {
            (track: 1, time: MediaTime(ticks: Int64(1024 * $0), timeBase: TimeBase(1, 48_000)), span: 21_333_333)
        }
        return (video + audio).sorted { $0.time < $1.time }.map { unit in
            AccessUnit(
                track: unit.track, decodeTime: unit.time, presentationTime: unit.time,
                duration: MediaTime(nanoseconds: Int64(unit.span)), isRandomAccessPoint: unit.track == 1)
        }
    }

    private static func append(
        _ unit: AccessUnit, _ content: [UInt8], _ packetizer: inout Packetizer, to batch: inout Batch
    ) throws {
        let base = Int32(batch.buffer.writerIndex)
        let firstRun = batch.runs.count
        var runs = batch.runs
        _ = try batch.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 48 * 1024) { space in
            // SAFETY: `space` is ours inside this closure, and `finalize` is called for it.
            var output = OutputRawSpan(buffer: space, initializedCount: 0)
            try packetizer.packetize(
                content.span.bytes, isRandomAccessPoint: false, into: &output, runs: &runs, base: base)
            return output.finalize(for: space)
        }
        let new = runs[firstRun...]
        batch.runs = runs
        batch.trains.append(
            PacketTrain(
                unit: unit, runs: Int32(firstRun)..<Int32(runs.count), packets: new.reduce(0) { $0 + $1.count },
                bytes: new.reduce(0) { $0 + ($1.count - 1) * $1.packetSize + $1.lastPacketSize }))
    }
}
