import Foundation
import MediaFixtures

/// Transport streams of one programme each, made by FFmpeg on clocks of their own, side by side in one: its muxer cannot, it waits for the times
/// to come together.
struct ProgrammeMultiplex {
    /// One stream of MPEG-2 video and one of MPEG audio.
    struct Programme {
        let number: Int
        /// Seconds at which its stamps begin.
        let offset: Int
        let seconds: Int
    }

    let parts: [[Programme]]

    /// What is multiplexed in turn, end to end.
    init(_ parts: [Programme]...) { self.parts = parts }

    func write(_ name: String) throws -> String {
        var packets: [[UInt8]] = []
        for part in parts { packets += try Self.interleave(part) }
        let url = Self.file(name)
        try Data(packets.joined()).write(to: url)
        return url.path
    }

    /// All have a constant rate, so that packets at the same place are due at the same time.
    private static func interleave(_ programmes: [Programme]) throws -> [[UInt8]] {
        let sources = try programmes.map { try packets(of: $0) }
        var result: [[UInt8]] = []
        for place in 0..<(sources.map(\.count).max() ?? 0) {
            for (index, source) in sources.enumerated() where place < source.count {
                let identifier = Int(source[place][1] & 0x1F) << 8 | Int(source[place][2])
                if identifier == 0, index == 0 { result.append(associations(programmes)) }
                // Tables of the single stream, and padding.
                if ![0, 17, 0x1FFF].contains(identifier) { result.append(source[place]) }
            }
        }
        return result
    }

    /// A new file: tests write at the same time.
    private static func file(_ name: String) -> URL {
        Fixture.directory.appendingPathComponent("\(name)-\(UUID().uuidString).ts")
    }

    private static func mapPID(_ programme: Programme) -> Int { programme.number * 256 }

    private static func packets(of programme: Programme) throws -> [[UInt8]] {
        let path = file("programme").path
        let size = "\(96 + 16 * programme.number)x64"
        let picture = ["-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=\(programme.seconds)"]
        let tone = ["-f", "lavfi", "-i", "sine=440:r=48000:d=\(programme.seconds)"]
        let pids = [
            "-mpegts_service_id", "\(programme.number)", "-mpegts_pmt_start_pid", "\(mapPID(programme))",
            "-mpegts_start_pid", "\(mapPID(programme) + 16)", "-muxrate", "900k",
        ]
        try FFmpeg.run(
            "ffmpeg",
            ["-v", "error", "-y"] + picture + tone + ["-c:v", "mpeg2video", "-g", "25", "-bf", "2", "-c:a", "mp2"]
                + ["-output_ts_offset", "\(programme.offset)"] + pids + [path])
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        return stride(from: 0, to: bytes.count - 187, by: 188).map { Array(bytes[$0..<$0 + 188]) }
    }

    /// ISO/IEC 13818-1 2.4.4.3.
    private static func associations(_ programmes: [Programme]) -> [UInt8] {
        var section: [UInt8] = [0, 0xB0, UInt8(9 + 4 * programmes.count), 0, 1, 0xC1, 0, 0]
        for programme in programmes {
            let map = mapPID(programme)
            section += [0, UInt8(programme.number), 0xE0 | UInt8(map >> 8), UInt8(map & 255)]
        }
        let checksum = checksum(section)
        let packet: [UInt8] =
            [0x47, 0x40, 0, 0x10, 0] + section + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
        return packet + [UInt8](repeating: 0xFF, count: 188 - packet.count)
    }

    /// CRC-32 as annex A has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0xFFFF_FFFF) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte) << 24) { sum, _ in sum << 1 ^ (sum >> 31) &* 0x04C1_1DB7 }
        }
    }
}
