import MediaCore
import RTPPayload

/// Access unit to RTP packets, for every payload format: one copy, and at best no allocation.
///
/// As the reader does, units are written one behind the other into a wire buffer of 256 kB. The units' own bytes are the same each time, so
/// they are in the processor's caches.
enum PacketizerBenchmarks {
    private struct Case: Sendable {
        let name: String
        let codec: CodecDescription
        let unit: [UInt8]
        var isRandomAccessPoint = false
        /// Of the `$` framing, 4 over TCP.
        var prefix = 0
    }

    static let all: [Benchmark] = (video + audio + pcm).map(benchmark)

    // MARK: Cases

    /// 640x360, constrained baseline.
    private static let sps: [UInt8] = [0x67, 0x42, 0xC0, 0x1E, 0xDA, 0x02, 0x80, 0xBF, 0xE5, 0xC0, 0x44]
    private static let pps: [UInt8] = [0x68, 0xCE, 0x3C, 0x80]
    static let h264 = CodecDescription(
        codec: .h264, kind: .video,
        configuration: [0x01, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0x00, 0x0B] + sps + [0x01, 0x00, 0x04] + pps)
    private static let h264AnnexB = CodecDescription(
        codec: .h264, kind: .video, configuration: [0, 0, 0, 1] + sps + [0, 0, 0, 1] + pps)
    /// Main profile, as libx265 writes it, VPS, SPS and PPS included.
    private static let h265 = CodecDescription(
        codec: .h265, kind: .video,
        configuration: [
            0x01, 0x01, 0x60, 0x00, 0x00, 0x00, 0x90, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1E, 0xF0, 0x00, 0xFC, 0xFD, 0xF8,
            0xF8, 0x00, 0x00, 0x0F, 0x03, 0xA0, 0x00, 0x01, 0x00, 0x18, 0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60,
            0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x1E, 0x95, 0x90, 0x09, 0xA1, 0x00,
            0x01, 0x00, 0x29, 0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
            0x03, 0x00, 0x1E, 0xA0, 0x10, 0x20, 0x61, 0x65, 0x95, 0x92, 0x49, 0x32, 0xBC, 0x05, 0xA0, 0x20, 0x00, 0x00,
            0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21, 0xA2, 0x00, 0x01, 0x00, 0x07, 0x44, 0x01, 0xC1, 0x72, 0xB4,
            0x22, 0x40,
        ])

    private static func of(_ codec: Codec, _ kind: MediaKind = .video) -> CodecDescription {
        CodecDescription(codec: codec, kind: kind)
    }

    static let h264Slices = VideoUnits.lengthPrefixed(Array(repeating: 8000, count: 5), header: [0x41])

    private static let video: [Case] = [
        Case(name: "H.264 P-frame, 5 slices", codec: h264, unit: h264Slices),
        Case(name: "H.264 P-frame, 5 slices, TCP", codec: h264, unit: h264Slices, prefix: 4),
        Case(
            name: "H.264 P-frame, 5 slices, Annex B", codec: h264AnnexB,
            unit: VideoUnits.startCodes(Array(repeating: 8000, count: 5), header: [0x41])),
        Case(
            name: "H.264 P-frame, 20 small slices", codec: h264,
            unit: VideoUnits.lengthPrefixed(Array(repeating: 200, count: 20), header: [0x41])),
        Case(
            name: "H.264 key frame", codec: h264, unit: VideoUnits.lengthPrefixed([150_000], header: [0x65]),
            isRandomAccessPoint: true),
        Case(
            name: "H.264 key frame with its sets, Annex B", codec: h264AnnexB,
            unit: [0, 0, 0, 1] + sps + [0, 0, 0, 1] + pps + VideoUnits.startCodes([150_000], header: [0x65]),
            isRandomAccessPoint: true),
        Case(
            name: "H.265 P-frame, 4 slices", codec: h265,
            unit: VideoUnits.lengthPrefixed(Array(repeating: 6000, count: 4), header: [0x02, 0x01])),
        Case(
            name: "H.265 key frame", codec: h265, unit: VideoUnits.lengthPrefixed([100_000], header: [0x26, 0x01]),
            isRandomAccessPoint: true),
        Case(name: "MPEG-4 Part 2 P-VOP", codec: of(.mpeg4Visual), unit: VideoUnits.mpeg4Visual(40_000)),
        Case(
            name: "MPEG-1 P-picture, 18 slices", codec: of(.mpeg1Video),
            unit: VideoUnits.mpegVideo(6_000, slices: 18, isMPEG2: false)),
        Case(
            name: "MPEG-2 P-picture, 36 slices", codec: of(.mpeg2Video),
            unit: VideoUnits.mpegVideo(30_000, slices: 36, isMPEG2: true)),
        Case(name: "Motion JPEG", codec: of(.motionJPEG), unit: VideoUnits.motionJPEG(80_000)),
        Case(name: "H.263, 9 GOBs", codec: of(.h263), unit: VideoUnits.h263(4_000, groups: 9)),
    ]

    static let aac = CodecDescription(
        codec: .aac, kind: .audio, configuration: [0x11, 0x90], sampleRate: 48_000, channels: 2)

    private static let audio: [Case] = [
        Case(name: "AAC", codec: aac, unit: AudioUnits.noise(370)),
        Case(name: "AAC, ADTS", codec: of(.aac, .audio), unit: AudioUnits.adts(377)),
        Case(name: "MPEG audio, layer 3", codec: of(.mpegAudio, .audio), unit: AudioUnits.layer3),
        Case(name: "AC-3 5.1", codec: of(.ac3, .audio), unit: AudioUnits.ac3),
        Case(
            name: "Opus", codec: CodecDescription(codec: .opus, kind: .audio, sampleRate: 48_000, channels: 2),
            unit: AudioUnits.noise(160)),
    ]

    /// Units are as large as one packet carries.
    private static let pcm: [Case] = [
        samples("L16, from 16 bits little-endian", PCMFormat(.signed, bits: 16, isBigEndian: false), bytes: 1360),
        samples("L16, from 16 bits big-endian", PCMFormat(.signed, bits: 16, isBigEndian: true), bytes: 1360),
        samples("L24, from 24 bits little-endian", PCMFormat(.signed, bits: 24, isBigEndian: false), bytes: 1356),
        samples("L24, from floats", PCMFormat(.float, bits: 32, isBigEndian: false), bytes: 1808),
        Case(
            name: "PCMU", codec: CodecDescription(codec: .pcmu, kind: .audio, sampleRate: 8_000, channels: 1),
            unit: AudioUnits.noise(160)),
    ]

    private static func samples(_ name: String, _ format: PCMFormat, bytes: Int) -> Case {
        Case(
            name: name,
            codec: CodecDescription(codec: .pcm(format), kind: .audio, sampleRate: 48_000, channels: 2),
            unit: AudioUnits.noise(bytes))
    }

    // MARK: Running

    /// Media that a sample packetizes, in bytes; at most `maximumUnits` units.
    private static let bytesPerSample = 4_000_000
    private static let maximumUnits = 5_000
    private static let wireBuffer = 256 * 1024

    private static func benchmark(_ testCase: Case) -> Benchmark {
        Benchmark("packetize/\(testCase.name)", per: "unit") {
            let layout = PacketLayout(prefix: testCase.prefix, maximumPacketSize: 1372)
            let format = try PayloadFormat.make(for: testCase.codec, firstUnit: testCase.unit)
            var packetizer = format.makePacketizer(layout: layout, payloadType: 96)
            let units = min(maximumUnits, bytesPerSample / testCase.unit.count)
            // As long as the process.
            let wire = UnsafeMutableRawBufferPointer.allocate(byteCount: wireBuffer, alignment: 64)
            var runs: [PacketRun] = []
            return {
                try Sample.of(units, bytes: units * testCase.unit.count) {
                    var done = 0
                    while done < units {
                        runs.removeAll(keepingCapacity: true)
                        done += try fill(wire, with: testCase, upTo: units - done, &packetizer, &runs)
                    }
                }
            }
        }
    }

    /// Begins the wire buffer anew and writes units until it is full.
    /// - Returns: how many; at least 1.
    private static func fill(
        _ wire: UnsafeMutableRawBufferPointer, with testCase: Case, upTo limit: Int, _ packetizer: inout Packetizer,
        _ runs: inout [PacketRun]
    ) throws -> Int {
        // SAFETY: nobody else uses `wire`, and `finalize` is called for it; where `packetize` throws, the run ends.
        var output = OutputRawSpan(buffer: wire, initializedCount: 0)
        // With room for headers and parameter sets, so that no unit is begun in vain.
        let room = testCase.unit.count + testCase.unit.count / 8 + 1024
        var units = 0
        while units < limit, output.freeCapacity >= room {
            try packetizer.packetize(
                testCase.unit.span.bytes, isRandomAccessPoint: testCase.isRandomAccessPoint, into: &output,
                runs: &runs, base: 0)
            units += 1
        }
        _ = output.finalize(for: wire)
        return units
    }
}
