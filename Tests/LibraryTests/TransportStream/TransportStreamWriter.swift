import Foundation
import MediaFixtures

/// A transport stream of which packet `i` is due after `i` milliseconds: tables at each hundredth, a key frame at each two hundredth, a clock
/// reference at each tenth.
struct TransportStreamWriter {
    static let mapPID = 0x20
    static let videoPID = 0x100
    static let ticksPerPacket: Int64 = 27_000

    /// Ticks of 27 MHz, of packet 0.
    private var clock: Int64 = 10 * 27_000_000
    /// Packets come so many times as slowly from now on.
    var slowness: Int64 = 1 {
        didSet {
            clock += Int64(packets.count - origin) * Self.ticksPerPacket * oldValue
            origin = packets.count
        }
    }
    private(set) var packets: [[UInt8]] = []
    /// The clock has not jumped since this packet.
    private var origin = 0

    init(clock: Int64 = 10 * 27_000_000) { self.clock = clock }

    /// - Parameter jump: the clock shows this at the next packet, and says so if `flagged`.
    mutating func append(_ count: Int, jump: Int64? = nil, flagged: Bool = true) {
        if let jump { (clock, origin) = (jump, packets.count) }
        var isFlagged = jump != nil && flagged
        for _ in 0..<count {
            let index = packets.count
            switch index % 100 {
            case 0:
                packets.append(
                    Self.section(0, [0x00, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0, UInt8(Self.mapPID), 0, 0, 0, 0]))
            case 1:
                packets.append(
                    Self.section(
                        Self.mapPID,
                        [
                            0x02, 0xB0, 18, 0, 1, 0xC1, 0, 0, 0xE1, 0x00, 0xF0, 0, 0x1B, 0xE1, 0x00, 0xF0, 0, 0, 0, 0,
                            0,
                        ]))
            default:
                let isKey = index % 200 == 2
                let reference = index % 10 == 5 ? clock + Int64(index - origin) * Self.ticksPerPacket * slowness : nil
                packets.append(
                    Self.video(index, isKey: isKey, clock: reference, isDiscontinuity: isFlagged && reference != nil))
                if reference != nil { isFlagged = false }
            }
        }
    }

    private static func header(_ pid: Int, begins: Bool, adaptation: UInt8) -> [UInt8] {
        [0x47, (begins ? 0x40 : 0) | UInt8(pid >> 8), UInt8(pid & 255), adaptation << 4]
    }

    private static func section(_ pid: Int, _ bytes: [UInt8]) -> [UInt8] {
        let packet = header(pid, begins: true, adaptation: 1) + [0] + bytes
        return packet + [UInt8](repeating: 0xFF, count: 188 - packet.count)
    }

    private static func video(_ index: Int, isKey: Bool, clock: Int64?, isDiscontinuity: Bool) -> [UInt8] {
        var packet = header(videoPID, begins: isKey, adaptation: isKey || clock != nil ? 3 : 1)
        if isKey || clock != nil {
            let flags: UInt8 = (isDiscontinuity ? 0x80 : 0) | (isKey ? 0x40 : 0) | (clock != nil ? 0x10 : 0)
            var field: [UInt8] = [flags]
            if let clock {
                let wrapped = clock % (Int64(300) << 33)
                let (base, rest) = (wrapped / 300, wrapped % 300)
                field += [25, 17, 9, 1].map { UInt8(truncatingIfNeeded: base >> $0) }
                field += [UInt8(base & 1) << 7 | 0x7E | UInt8(rest >> 8), UInt8(rest & 255)]
            }
            packet += [UInt8(field.count)] + field
        }
        // Never a sync byte in the payload.
        packet += (packet.count..<188).map { UInt8(truncatingIfNeeded: $0 &+ index) | 0x80 }
        return packet
    }

    /// - Parameters:
    ///   - stamp: bytes before each packet.
    ///   - correction: bytes after it.
    func write(_ name: String, stamp: Int = 0, correction: Int = 0, garbage: [UInt8] = [], at place: Int = 0) throws
        -> String
    {
        let path = Fixture.directory.appendingPathComponent("\(name)-\(UUID().uuidString).ts").path
        var bytes: [UInt8] = []
        for (index, packet) in packets.enumerated() {
            if index == place { bytes += garbage }
            bytes += [UInt8](repeating: 0x11, count: stamp) + packet + [UInt8](repeating: 0x22, count: correction)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }
}
