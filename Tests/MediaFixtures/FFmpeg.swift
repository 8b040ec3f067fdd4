package import Foundation

/// The `ffmpeg` and `ffprobe` commands: what makes the tests' media, and the second opinion on it.
package enum FFmpeg {
    package struct Failure: Error { package let output: String }

    /// Runs a command found in PATH and returns what it writes to standard output.
    @discardableResult
    package static func run(_ command: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(output: ([command] + arguments).joined(separator: " "))
        }
        return data
    }

    /// A packet as `ffprobe -show_packets` sees it.
    package struct ProbedPacket: Hashable, Sendable {
        package let stream: Int
        package let presentationTicks: Int64?
        package let decodeTicks: Int64?
        package let size: Int
        package let isKey: Bool
        package let adler32: String

        package init(
            stream: Int, presentationTicks: Int64?, decodeTicks: Int64?, size: Int, isKey: Bool, adler32: String
        ) {
            self.stream = stream
            self.presentationTicks = presentationTicks
            self.decodeTicks = decodeTicks
            self.size = size
            self.isKey = isKey
            self.adler32 = adler32
        }
    }

    /// Every packet of `path`, of an MP4 without edit lists' trimming.
    package static func packets(of path: String, isMovie: Bool = true) throws -> [ProbedPacket] {
        let data = try run(
            "ffprobe",
            ["-v", "error"] + (isMovie ? ["-f", "mov", "-advanced_editlist", "0"] : []) + [
                "-show_packets", "-show_data_hash", "adler32", "-of", "json",
                "-show_entries", "packet=stream_index,pts,dts,size,flags,data_hash", path,
            ])
        return try JSONDecoder().decode(Output.self, from: data).packets.map { packet in
            ProbedPacket(
                stream: packet.stream_index, presentationTicks: packet.pts, decodeTicks: packet.dts,
                size: Int(packet.size) ?? -1,
                isKey: packet.flags.hasPrefix("K"), adler32: packet.data_hash)
        }
    }

    private struct Output: Decodable {
        let packets: [Entry]
        struct Entry: Decodable {
            let stream_index: Int
            let pts: Int64?
            let dts: Int64?
            let size: String
            let flags: String
            let data_hash: String
        }
    }

    /// As ffprobe writes it: `adler32:0a1b2c3d`.
    package static func adler32(_ bytes: some Sequence<UInt8>) -> String {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let digits = String(high << 16 | low, radix: 16)
        return "adler32:" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
