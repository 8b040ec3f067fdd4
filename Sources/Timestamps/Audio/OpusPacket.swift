/// The table-of-contents byte of an Opus packet, RFC 6716 3.1 and 3.2; always counted at 48 kHz.
enum OpusPacket {
    /// 120 ms, RFC 6716 3.2.5 R5.
    private static let maximumSamples = 5760

    static func count(in unit: RawSpan) -> SampleCounter.Count? {
        guard unit.byteCount > 0 else { return nil }
        let contents = unit.byte(0)
        let configuration = Int(contents >> 3)
        // 2.5 ms are 120 samples.
        let frame =
            switch configuration {
            case 0..<12: [480, 960, 1920, 2880][configuration % 4]
            case 12..<16: [480, 960][configuration % 2]
            default: [120, 240, 480, 960][configuration % 4]
            }
        let frames: Int
        switch contents & 3 {
        case 0: frames = 1
        case 1, 2: frames = 2
        default:
            guard unit.byteCount > 1 else { return nil }
            frames = Int(unit.byte(1) & 0x3F)
        }
        guard frames > 0, frame * frames <= maximumSamples else { return nil }
        return SampleCounter.Count(samples: frame * frames, rate: 48_000)
    }
}
